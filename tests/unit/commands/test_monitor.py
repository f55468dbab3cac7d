"""Can a session be watched by a program in the background, and by a person in a terminal?"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.unit.transcripts.lines import SESSION, answer, write_session


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "index"),
        "COLUMNS": "80",
        "HOME": str(tmp_path),
        "LINES": "40",
        "TERM": "xterm-256color",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    return {**os.environ, **own}


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    folder = tmp_path / "claude" / "projects"
    write_session(folder, answer("msg_1"))
    return folder


@contextmanager
def _watching(
    environment: dict[str, str], *options: str, stdout: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "provisioner", "monitor", "--interval", "100ms", *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _next(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def _until(process: subprocess.Popen[bytes], requests: int) -> None:
    deadline = time.monotonic() + 30
    while (seen := _next(process)["requests"]) != requests:
        assert time.monotonic() < deadline, f"{seen} requests were seen last"


def test_a_program_gets_a_line_per_look_until_it_ends_it(
    environment: dict[str, str], projects: Path, tmp_path: Path
) -> None:
    output = tmp_path / "looks.jsonl"
    with _watching(environment, SESSION[:4], "--output", str(output)) as process:
        _until(process, 1)
        write_session(projects, answer("msg_1"), answer("msg_2", request_id="req_2"))
        _until(process, 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read().strip() == b""
    kept = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert {each["requests"] for each in kept} == {1, 2}
    assert {each["session"] for each in kept} == {SESSION}


def test_an_interrupt_ends_it_without_words(environment: dict[str, str], projects: Path) -> None:
    assert projects.is_dir()
    with _watching(environment) as process:
        _until(process, 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read().strip() == b""


def test_once_is_one_line(environment: dict[str, str], projects: Path) -> None:
    assert projects.is_dir()
    with _watching(environment, "--once") as process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        assert process.wait(20) == 0
    assert [json.loads(line)["requests"] for line in lines] == [1]


def test_a_person_sees_a_picture_that_changes_with_the_session(
    environment: dict[str, str], projects: Path
) -> None:
    screen, theirs = pty.openpty()
    with _watching(environment, stdout=theirs) as process:
        os.close(theirs)
        assert "$0.0005" in _shown_until(screen, "prompts")
        more = answer("msg_2", request_id="r2", tokens=999_900)
        write_session(projects, answer("msg_1"), more)
        assert "$5.00" in _shown_until(screen, "$5.00")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    os.close(screen)


def _shown_until(screen: int, wanted: str) -> str:
    shown = b""
    with suppress(OSError):  # how a terminal ends whose program has gone
        while wanted.encode() not in shown:
            shown += os.read(screen, 65_536)
    return shown.decode()
