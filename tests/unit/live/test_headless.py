"""Does a client without a terminal give its result, or the reason why there is none?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from provisioner.errors import ClientFailed, ClientUnavailable
from provisioner.live import headless
from provisioner.live.headless import run_headless
from provisioner.live.launch import Launch

Client = Callable[[str], Launch]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A launch of a stand-in for the client: a shell script."""

    def write(script: str) -> Launch:
        program = tmp_path / "claude"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return Launch(
            prompt="do it",
            session_id="5e55",
            cwd=tmp_path,
            environment={"PATH": os.environ["PATH"], "MARK": "here"},
            program=str(program),
        )

    return write


def test_the_result_is_what_the_client_printed(client: Client) -> None:
    script = """printf '{"type":"result","result":"%s %s"}' "$2" "$MARK"; echo hm >&2; exit 3"""
    outcome = run_headless(client(script), 20)
    assert outcome.record == {"type": "result", "result": "do it here"}
    assert (outcome.exit_code, outcome.stderr) == (3, "hm\n")


@pytest.mark.parametrize("printed", ["", "Not logged in", "[1]", '{"type":"system"}'])
def test_without_a_result_it_failed_with_what_it_said(client: Client, printed: str) -> None:
    with pytest.raises(ClientFailed, match=r"session 5e55\) exited with 7 and gave no result") as e:
        run_headless(client(f"printf '%s' '{printed}'; exit 7"), 20)
    assert e.value.output == printed


def test_what_it_says_of_its_failure_is_on_stderr_first(client: Client) -> None:
    with pytest.raises(ClientFailed) as e:
        run_headless(client("echo out; echo the reason >&2; exit 1"), 20)
    assert e.value.output == "the reason"


def test_a_program_that_is_not_there_cannot_be_started(client: Client, tmp_path: Path) -> None:
    launch = client("exit")
    (tmp_path / "claude").unlink()
    with pytest.raises(ClientUnavailable, match="claude: the client cannot be started"):
        run_headless(launch, 20)


def _is_gone(noted: Path) -> bool:
    """Whether the process whose id stands in a file ends: what nobody waits for does so later."""
    process_id = int(noted.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while psutil.pid_exists(process_id):
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_client_that_takes_too_long_is_ended(client: Client, tmp_path: Path) -> None:
    script = "trap 'echo told > told; exit 0' TERM; echo $$ > id; sleep 60 & wait"
    with pytest.raises(ClientFailed, match="did not finish within 1 s and was ended"):
        run_headless(client(script), 1)
    assert (tmp_path / "told").exists()
    assert _is_gone(tmp_path / "id")


def test_a_client_that_does_not_listen_is_killed_with_what_it_started(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headless, "FAREWELL_SECONDS", 0.2)
    script = "trap '' TERM; echo $$ > id; sleep 61 & echo $! > child; wait; wait"
    with pytest.raises(ClientFailed, match="was ended"):
        run_headless(client(script), 1)
    assert _is_gone(tmp_path / "id")
    assert _is_gone(tmp_path / "child")
