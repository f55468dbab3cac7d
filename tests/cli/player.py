"""How is a story played? With the real entry point, in a process and folders of its own.

Processes are forked from one that has imported all commands already, which takes most of the time.
"""

from __future__ import annotations

import multiprocessing
import os
import pty
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioner import __version__
from provisioner.cli import main
from provisioner.commands import COMMANDS
from provisioner.engines.target import host_target
from provisioner.files import write_atomically
from tests.cli.story import Command, Ending, Story, read_story, write_story

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
STORIES = sorted(path.name for path in FOLDER.glob("*.txt"))
LONGEST_SECONDS = 60.0
COPIED = ("collector", "gateway", "grafana", "loki", "prometheus")

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([*(f"provisioner.commands.{name}" for name in COMMANDS), __name__])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a story takes place: a checkout on a machine without engines."""

    folder: Path

    @property
    def places(self) -> dict[str, str]:
        """What stands for a path in a story."""
        names = ("root", "home", "cache", "person", "managed")
        return {f"{{{name}}}": str(self.folder / name) for name in names}

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CLAUDE_OTEL_MANAGED_DIR": str(self.folder / "managed"),
            "CLAUDE_OTEL_CACHE": str(self.folder / "cache"),
            "CLAUDE_OTEL_ROOT": str(self.folder / "root"),
            "HOME": str(self.folder / "person"),
            "LC_ALL": "C.UTF-8",
            "PATH": str(self.folder / "nothing"),
            "RUNTIME": "native",
            "STACK_DATA_DIR": str(self.folder / "home"),
            "TZ": "UTC",
        }

    def run(self, command: Command) -> Ending:
        """One command from start to end."""
        line = self._real(command.line)
        real = Command(line=line, typed=command.typed)
        seen = _run(real, {**self.environment, **real.variables}, self.folder)
        return Ending(
            code=seen.code, stdout=self._told(seen.stdout), stderr=self._told(seen.stderr)
        )

    def _real(self, line: str) -> str:
        for name, place in self.places.items():
            line = line.replace(name, place)
        return line

    def _told(self, text: str) -> str:
        """What was printed, with names for what differs from run to run."""
        for name, place in self.places.items():
            text = text.replace(place, name)
        text = re.sub(r"[+-]?\b\d+\.\d+ s\b", "{seconds} s", text)
        text = re.sub(r'"seconds": [\d.e-]+', '"seconds": {seconds}', text)
        text = text.replace(str(host_target()), "{target}")
        return text.replace(__version__, "{version}")


def play(name: str, folder: Path) -> str:
    """The text of a story as it goes today."""
    story = read_story((FOLDER / name).read_text(encoding="utf-8"))
    scene = _scene(story, folder.resolve())
    return write_story(story, [scene.run(command) for command in story.commands])


def _scene(story: Story, folder: Path) -> Scene:
    root = folder / "root"
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name)
    for name in ("compose.yaml", "setup-env.sh"):
        shutil.copy(ROOT / name, root / name)
    for name, text in story.files.items():
        write_atomically(root / name, text, mode=0o755 if text.startswith("#!") else 0o644)
    return Scene(folder=folder)


def _run(command: Command, environment: Mapping[str, str], folder: Path) -> Ending:
    out, err = folder / "stdout", folder / "stderr"
    with _terminal(command.typed) as terminal:
        arguments = (command.arguments, environment, folder, terminal)
        process = _FORKING.Process(target=_become_the_command, args=arguments)
        process.start()
        process.join(LONGEST_SECONDS)
        code = process.exitcode
        if code is None:
            process.kill()
            raise TimeoutError(f"`{command.line}` did not end: {err.read_text(encoding='utf-8')}")
        process.close()
    return Ending(
        code=code, stdout=out.read_text(encoding="utf-8"), stderr=err.read_text(encoding="utf-8")
    )


@contextmanager
def _terminal(typed: str | None) -> Iterator[str]:
    """The path of a terminal on which that has been typed; empty when there is none."""
    if typed is None:
        yield ""
        return
    person, program = pty.openpty()
    try:
        os.write(person, f"{typed}\n".encode())
        yield os.ttyname(program)
    finally:
        os.close(person)
        os.close(program)


def _become_the_command(
    arguments: list[str], environment: Mapping[str, str], folder: Path, terminal: str
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, name in ((sys.stdout, "stdout"), (sys.stderr, "stderr")):
        with (folder / name).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    if terminal:
        sys.stdin = Path(terminal).open(encoding="utf-8")  # noqa: SIM115 - until the process ends
    sys.argv = ["claude-otel", *arguments]
    main()
