"""Is a stack changed by one command at a time?"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.errors import Refused
from provisioner.lock import changing, filling
from provisioner.workspace import Workspace

# Another process that holds the lock until its standard input ends.
HOLDER = """
import sys, filelock
with filelock.FileLock(sys.argv[1], timeout=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_command_is_refused_until_the_first_has_ended(workspace: Workspace) -> None:
    workspace.home.mkdir()
    command = [sys.executable, "-c", HOLDER, str(workspace.home / "lock")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Refused, match="another claude-otel is changing the stack claude-otel"):
            changing(workspace).__enter__()
        other.communicate()
    with changing(workspace):
        pass


def test_a_change_that_fails_lets_go(workspace: Workspace) -> None:
    with pytest.raises(KeyboardInterrupt), changing(workspace):
        raise KeyboardInterrupt
    with changing(workspace):
        pass


def test_two_stacks_can_be_changed_at_once(workspace: Workspace, tmp_path: Path) -> None:
    second = replace(workspace, home=tmp_path / "second")
    with changing(workspace), changing(second):
        assert (second.home / "lock").exists()


def test_history_is_filled_beside_a_change_but_not_twice_at_once(workspace: Workspace) -> None:
    said = "another claude-otel is comparing or filling the stack"
    with changing(workspace), filling(workspace, 0), pytest.raises(Refused, match=said):
        filling(workspace, 0).__enter__()
