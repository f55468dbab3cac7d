"""How is the client run without a terminal, and what does it say at its end?"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from provisioner.errors import ClientFailed, ClientUnavailable
from provisioner.live.launch import Launch

FAREWELL_SECONDS = 6.0
"""How long a client that is told to end may take to hand over its telemetry."""

LAST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The client's own account, as it printed it, and how it ended."""

    record: Mapping[str, Any]
    exit_code: int
    stderr: str


def run_headless(
    launch: Launch,
    timeout_seconds: float | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    every_seconds: float = 1.0,
) -> Outcome:
    """Run one prompt to its end; the client and what it started are gone afterwards.

    `meanwhile` is called again and again while it runs. Raises ClientUnavailable where it cannot be
    started, ClientFailed where it gives no result.
    """
    with _start(launch) as process:
        try:
            stdout, stderr = _wait(process, timeout_seconds, meanwhile, every_seconds)
        except subprocess.TimeoutExpired:
            reason = f"did not finish within {timeout_seconds:g} s and was ended"
            raise ClientFailed(launch.session_id, reason, "", _GIVE_TIME) from None
        finally:
            _end(process)
    return _outcome(launch, process.returncode, stdout, stderr)


def _wait(
    process: subprocess.Popen[str],
    timeout_seconds: float | None,
    meanwhile: Callable[[], object],
    every_seconds: float,
) -> tuple[str, str]:
    deadline = math.inf if timeout_seconds is None else time.monotonic() + timeout_seconds
    while (left := deadline - time.monotonic()) > every_seconds:
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=every_seconds)
        meanwhile()
    return process.communicate(timeout=max(0.0, left))


_GIVE_TIME = "give it more time, or resume the session to see how far it came"


def _start(launch: Launch) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            launch.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=launch.cwd,
            env=launch.environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise ClientUnavailable(launch.program, str(error)) from error


def _end(process: subprocess.Popen[str]) -> None:
    """Ask first: only the client knows the tools that it runs in sessions of their own."""
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(FAREWELL_SECONDS)
    with suppress(ProcessLookupError):  # the client leads its own session: its id names the group
        os.killpg(process.pid, signal.SIGKILL)


def _outcome(launch: Launch, exit_code: int, stdout: str, stderr: str) -> Outcome:
    try:
        record = json.loads(stdout)
    except ValueError:
        record = None
    if not isinstance(record, dict) or record.get("type") != "result":
        said = (stderr.strip() or stdout.strip())[-LAST_CHARACTERS:]
        reason = f"exited with {exit_code} and gave no result"
        advice = "run `claude -p` with the same prompt in a shell and see what it says"
        raise ClientFailed(launch.session_id, reason, said, advice)
    return Outcome(record=record, exit_code=exit_code, stderr=stderr)
