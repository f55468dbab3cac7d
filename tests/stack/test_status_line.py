"""Does the real client, in a terminal, give its status line what ours is made from?

And does the stack learn what only the status line is told?
"""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from provisioner.telemetry import PLAN_LIMITS
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.client import client_environment, prepare_repository
from tests.stack.client_install import find_or_install_client
from tests.stack.messages_api import MessagesApi
from tests.stack.plan_limits import Seen, seen_limits, tell_limits
from tests.stack.stacks import ROOT, TestStack

PRINTED = "lines.txt"


def _settle_in(home: Path, cwd: Path) -> None:
    """A person who has used the client before, and has our line switched on."""
    ours = f"{shlex.quote(sys.executable)} -m provisioner statusline"
    command = f"{ours} | tee -a {shlex.quote(str(home / PRINTED))}"
    settings = {"statusLine": {"type": "command", "command": command}}
    (home / ".claude").mkdir(parents=True)
    (home / ".claude" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    known = {
        "hasCompletedOnboarding": True,
        "bypassPermissionsModeAccepted": True,
        "customApiKeyResponses": {"approved": ["scripted"], "rejected": []},
        "projects": {str(cwd): {"hasTrustDialogAccepted": True}},
    }
    (home / ".claude.json").write_text(json.dumps(known), encoding="utf-8")


@contextmanager
def _in_a_terminal(command: list[str], cwd: Path, environment: dict[str, str]) -> Iterator[None]:
    """A program with a terminal whose screen somebody reads."""
    screen, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    reader = threading.Thread(target=_drain, args=(screen,))
    reader.start()
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        reader.join()
        os.close(screen)


def _drain(screen: int) -> None:
    with suppress(OSError):  # how a terminal ends whose program has gone
        while os.read(screen, 65_536):
            pass


def test_the_line_tells_the_sessions_cost_and_context(api: MessagesApi, tmp_path: Path) -> None:
    scenario = scenarios.one_answer()
    api.register(*scenario.scripts)
    home, cwd = tmp_path / "home", prepare_repository(tmp_path / "repository")
    _settle_in(home, cwd)
    environment = client_environment(home, api, {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)})
    options = ("--dangerously-skip-permissions", scenario.prompts[0].text)
    with _in_a_terminal([str(find_or_install_client()), *options], cwd, environment):

        def told() -> bool:
            printed = home / PRINTED
            lines = printed.read_text(encoding="utf-8").splitlines() if printed.exists() else []
            # $0.013924, and 7,101 tokens of a million.
            return any(line.startswith("$0.01 session") and "context 1 %" in line for line in lines)

        eventually(told, expected=True)


def test_the_plans_limits_reach_prometheus_and_no_total(stack: TestStack, tmp_path: Path) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    day, hour = int(time.time()) + 86_400, int(time.time()) + 3600
    told = {"five_hour": (23.5, hour), "seven_day": (101, day)}
    assert tell_limits(stack, tmp_path / "home", email, told) == "limits 5 h 24 %, 7 d 101 %"
    expected: Seen = {
        ("used_ratio", "five_hour"): 0.235,
        ("used_ratio", "seven_day"): 1.01,
        ("resets_at_seconds", "five_hour"): hour,
        ("resets_at_seconds", "seven_day"): day,
    }
    eventually(lambda: seen_limits(stack, email), expected)
    scrape = {"__name__", "instance", "job"}
    everything = stack.prometheus.query(f'{{user="{email}"}}')
    found = {
        (each.labels["__name__"], frozenset(each.labels.keys() - scrape)) for each in everything
    }
    assert found == {(limit.name, frozenset(limit.labels)) for limit in PLAN_LIMITS}
