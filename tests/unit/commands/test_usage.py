"""Does the command start quickly, and does it know a terminal from a pipe?"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from tests.conftest import ROOT
from tests.unit.transcripts.lines import answer, write_session

SLOW = {"docker", "genai_prices", "grpc", "pydantic", "requests", "rich", "yaml"}
PROGRAM = """
import sys
from provisioner.cli import run
code = run(sys.argv[1:])
print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Somebody with one transcript, whose price has been looked up before."""
    write_session(tmp_path / "claude" / "projects", answer(output=159, cache_read=1_234_567))
    known = {
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "HOME": str(tmp_path),
        "PATH": os.defpath,
        "TERM": "xterm",
        "TZ": "UTC",
    }
    _loaded(known, "--json")
    return known


def _loaded(environment: Mapping[str, str], *arguments: str) -> set[str]:
    """The packages that a report had to load."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "usage", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("options", [(), ("--json",), ("--csv",), ("--explain", "2026")])
def test_a_report_loads_nothing_that_takes_long(
    environment: Mapping[str, str], options: tuple[str, ...]
) -> None:
    assert _loaded(environment, *options) & SLOW == set()


def test_letters_that_a_stream_does_not_know_are_replaced(environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "provisioner", "usage"],
        env={**environment, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert set(done.stdout.decode("ascii").splitlines()[1]) == {"?"}


def test_a_project_can_be_told_by_where_one_is(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (tmp_path / "linked").symlink_to(folder)
    here = answer("msg_1", cwd=str(folder))
    linked = answer("msg_2", cwd=str(tmp_path / "linked"))
    write_session(tmp_path / "claude" / "projects", here, folder="-real")
    write_session(tmp_path / "claude" / "projects", linked, folder="-linked")
    for told, project in ((".", folder), ("../linked", tmp_path / "linked"), ("real", folder)):
        done = subprocess.run(
            [sys.executable, "-m", "provisioner", "usage", "project", "--json", "--project", told],
            env={
                "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
                "HOME": str(tmp_path),
                "PYTHONPATH": str(ROOT),
            },
            cwd=folder,
            capture_output=True,
            check=True,
        )
        assert [row["key"] for row in json.loads(done.stdout)["rows"]] == [str(project)]


def test_a_table_fits_the_terminal_that_it_is_shown_in(environment: Mapping[str, str]) -> None:
    shown = _in_a_terminal(environment, 72)
    assert "\x1b[1m" in shown  # totals are bold there
    lines = click.unstyle(shown).splitlines()
    assert lines[0].split() == ["day", "requests", "input", "output", "cache", "total", "cost"]
    assert max(map(len, lines)) <= 72


def _in_a_terminal(environment: Mapping[str, str], columns: int) -> str:
    person, program = pty.openpty()
    try:
        fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        command = [sys.executable, "-m", "provisioner", "usage"]
        subprocess.run(command, env=environment, stdout=program, check=True)
        return os.read(person, 1 << 16).decode().replace("\r\n", "\n")
    finally:
        os.close(person)
        os.close(program)
