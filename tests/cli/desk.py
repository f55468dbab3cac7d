"""A desk: a shell, a checkout with the stack's setup-env.sh, and a client that tells all."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from provisioner.client_env import ShellName, client_shell_file, client_variables, render_env
from provisioner.settings import Ports, Settings

SETUP = Path(__file__).parents[2] / "setup-env.sh"
MOVED = Settings(ports=Ports(otlp_grpc=24317, otlp_http=24318))
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack
EXPECTED = client_variables(MOVED, TOKEN)
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
FOLDER = "my földer"
NOTHING: Mapping[str, str] = {}

# Each starts without the profiles of whoever runs the tests.
SHELLS: Mapping[ShellName, tuple[str, ...]] = {
    "bash": ("bash", "--noprofile", "--norc", "-c"),
    "zsh": ("zsh", "-f", "-c"),
    "fish": ("fish", "--no-config", "-c"),
    "sh": ("sh", "-c"),
}

# Stands in for the client: says what it was given, and ends as it is told.
CLIENT = """#!/bin/sh
printf '%s\\0' $# "$@"
command -p env -0
printf '\\0'
command -p cat
[ -z "$CLIENT_SIGNAL" ] || kill -"$CLIENT_SIGNAL" $$
exit "${CLIENT_EXIT:-0}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the client was given."""

    arguments: list[str]
    environment: dict[str, str]
    stdin: str

    @classmethod
    def read(cls, said: str) -> Self:
        """Understand what the stand-in says: a count, as many arguments, variables, and stdin."""
        count, *words = said.split("\0")
        arguments, words = words[: int(count)], words[int(count) :]
        end = words.index("")
        pairs = (word.partition("=") for word in words[:end])
        environment = {name: value for name, _, value in pairs}
        return cls(arguments=arguments, environment=environment, stdin="\0".join(words[end + 1 :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Somebody's machine: a checkout, the client on PATH, a folder to work in."""

    shell: ShellName
    checkout: Path
    folder: Path
    token_file: Path
    environment: Mapping[str, str]

    def run(
        self,
        script: str,
        theirs: Mapping[str, str] = NOTHING,
        *,
        stdin: str = "",
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        command, *options = SHELLS[self.shell]
        path = shutil.which(command)
        if path is None:
            pytest.fail(f"{command} is not installed: install it, these tests run the real shell")
        return subprocess.run(
            [path, *options, script],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=cwd or self.folder,
            env={**self.environment, **theirs},
        )

    def launch(
        self, script: str, theirs: Mapping[str, str] = NOTHING, *, cwd: Path | None = None
    ) -> Given:
        """What a script that starts the client once gave it; nothing else was printed."""
        done = self.run(script, theirs, cwd=cwd)
        assert done.stderr == ""
        return Given.read(done.stdout)

    def variables(self, script: str, theirs: Mapping[str, str] = NOTHING) -> dict[str, str]:
        """The client's variables after a script."""
        given = self.launch(f"{script}\ncommand claude", theirs).environment
        return {name: given[name] for name in EXPECTED if name in given}

    @property
    def printed(self) -> str:
        """What `claude-otel env` prints for this shell."""
        return render_env(MOVED, self.shell, self.token_file)

    def attributes(
        self, theirs: Mapping[str, str] = NOTHING, *, cwd: Path | None = None
    ) -> list[str]:
        """The resource attributes that the function gives the client."""
        given = self.launch('. "$SETUP"; claude', theirs, cwd=cwd).environment
        return given[ATTRIBUTES].split(",")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, cwd=self.folder, env=self.environment)


def new_desk(shell: ShellName, tmp_path: Path) -> Desk:
    checkout = tmp_path / "check out é 100% $x"
    folder, programs = tmp_path / FOLDER, tmp_path / "bin"
    for directory in (checkout / "build", folder, programs):
        directory.mkdir(parents=True)
    shutil.copy(SETUP, checkout)
    token_file = tmp_path / "it's a token"
    token_file.write_text(f"{TOKEN}\n", encoding="utf-8")
    client = client_shell_file(MOVED, token_file)
    (checkout / "build" / "client.sh").write_text(client, encoding="utf-8")
    (programs / "claude").write_text(CLIENT, encoding="utf-8")
    (programs / "claude").chmod(0o755)
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "SETUP": str(checkout / SETUP.name),
    }
    return Desk(
        shell=shell,
        checkout=checkout,
        folder=folder,
        token_file=token_file,
        environment=environment,
    )
