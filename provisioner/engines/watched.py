"""How does a program run for minutes while somebody watches, and surely end when they leave?"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 5.0
_KILL_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a program ended and what it printed."""

    code: int
    stdout: str
    stderr: str

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of what it printed, for people."""
        lines = (self.stdout + self.stderr).splitlines()
        return [line.rstrip() for line in lines if line.strip()][-count:]


def run_watched(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    logs: Path,
    on_line: Callable[[str], None],
) -> Outcome:
    """Run a program to its end; `on_line` gets its stderr, and "" while nothing new is there.

    Whatever is raised meanwhile (Ctrl-C above all) ends the program and all that it started.
    """
    # Files instead of pipes: nothing can fill up, and no thread has to read.
    with (
        (logs / "stdout").open("w+", encoding="utf-8", errors="replace") as stdout,
        (logs / "stderr").open("w+", encoding="utf-8", errors="replace") as stderr,
        (logs / "stderr").open(encoding="utf-8", errors="replace") as reader,
    ):
        with _started(command, directory, environment, stdout, stderr) as process:
            _watch(process, reader, on_line)
        stdout.seek(0)
        stderr.seek(0)
        return Outcome(code=process.returncode, stdout=stdout.read(), stderr=stderr.read())


@contextmanager
def _started(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                _end(process)


def _watch(
    process: subprocess.Popen[bytes], reader: TextIO, on_line: Callable[[str], None]
) -> None:
    rest = ""
    ended = False
    while not ended:
        ended = _ends_within(process, _LOOK_SECONDS)
        *lines, rest = (rest + reader.read()).split("\n")
        for line in lines or [""]:
            on_line(line)
    if rest:
        on_line(rest)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name != "posix":
        process.kill()
        return
    # On SIGINT the Go command ends its compilers and waits for them; SIGKILL is for the stubborn.
    for number, seconds in ((signal.SIGINT, _GRACE_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if _group_is_gone(process, seconds):
            return


def _group_is_gone(process: subprocess.Popen[bytes], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        process.poll()
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
