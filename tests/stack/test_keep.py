"""A backup made under traffic holds every record once, and another stack goes on from there."""

from __future__ import annotations

import io
import json
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from provisioner.applied import load_applied
from provisioner.backends import is_ready
from provisioner.keep.manifest import MANIFEST
from provisioner.otlp import logs_request, send
from provisioner.records import Event, Value
from provisioner.settings import RuntimeName
from provisioner.workspace import open_workspace
from tests.stack.books import POLL_SECONDS, Books, eventually
from tests.stack.runs import TOLERANCE, pass_event
from tests.stack.stacks import TestStack, prepare_stack
from tests.stack.test_events import CLIENT
from tests.stack.traffic import cost_of, cost_of_first, numbers_in_loki, traffic

PROJECT = "acme/kept"
INTERRUPTED = 130
DISAGREE = 5
OTHER: dict[RuntimeName, RuntimeName] = {"docker": "native", "native": "docker"}


def test_a_backup_under_traffic_is_restored_under_the_other_runtime_with_nothing_lost_or_doubled(
    own_stack: TestStack, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar.gz"
    with traffic(own_stack, PROJECT) as flowing:
        eventually(lambda: flowing.acknowledged > 300, expected=True)
        before = flowing.acknowledged
        told = own_stack.succeed("backup", str(file))
        after = flowing.acknowledged
        eventually(lambda: flowing.acknowledged > after + 20, expected=True)
    assert "$0.000000, 0 requests" not in told
    _assert_holds_the_first(own_stack, flowing.acknowledged)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []
    other = prepare_stack(tmp_path / "other", OTHER[own_stack.runtime])
    try:
        assert "as in the backup of" in other.succeed("restore", str(file))
        kept = len(numbers_in_loki(other, PROJECT))
        assert before <= kept <= after
        _assert_holds_the_first(other, kept)
        assert other.succeed("plan") == "nothing to change\n"
    finally:
        other.succeed("clean", "--yes")


def test_a_backup_that_is_broken_off_leaves_the_stack_whole_and_no_file(
    own_stack: TestStack, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar.gz"
    with traffic(own_stack, PROJECT) as flowing:
        making = ("backup", str(file))
        away = partial(_is_loki_away, own_stack)
        assert _broken_off(own_stack, signal.SIGINT, away, *making) == INTERRUPTED
        assert not list(tmp_path.glob("*kept*"))
        eventually(lambda: own_stack.run("status").code, 0)
        assert _broken_off(own_stack, signal.SIGKILL, away, *making) == -signal.SIGKILL
        assert not file.exists()
        assert own_stack.run("status").code == 1
        own_stack.succeed("up")
        own_stack.succeed("backup", str(file))
    _assert_holds_the_first(own_stack, flowing.acknowledged)


def test_a_stack_is_replaced_only_when_told_and_compared_with_the_backup(tmp_path: Path) -> None:
    stack = prepare_stack(tmp_path, "native")
    file, wrong = tmp_path / "kept.tar.gz", tmp_path / "wrong.tar.gz"
    try:
        stack.succeed("up")
        _send(stack, 3)
        stack.succeed("backup", str(file))
        _with_other_totals(file, wrong)
        _send(stack, 5)
        refused = stack.run("restore", str(file))
        assert (refused.code, "nothing was changed" in refused.err) == (1, True)
        assert numbers_in_loki(stack, PROJECT) == [0, 0, 1, 1, 2, 2, 3, 4]

        differing = stack.run("restore", str(wrong), "--yes")
        assert differing.code == DISAGREE
        assert "ledger_cost_usd: 1000000 in the backup, 0 in prometheus" in differing.err
        stack.succeed("restore", str(file), "--yes")
        _assert_holds_the_first(stack, 3)
    finally:
        stack.succeed("clean", "--yes")


def test_a_stack_that_is_restored_in_part_does_not_start_before_it_is_whole(
    tmp_path: Path,
) -> None:
    stack = prepare_stack(tmp_path, "native")
    file = tmp_path / "kept.tar.gz"
    try:
        stack.succeed("up")
        _send(stack, 3)
        stack.succeed("backup", str(file))
        has_begun = partial(_is_restoring, stack)
        _broken_off(stack, signal.SIGKILL, has_begun, "restore", str(file), "--yes")
        assert f"this stack holds a part of {file}" in stack.run("up").err
        stack.succeed("restore", str(file), "--yes")
        _assert_holds_the_first(stack, 3)
    finally:
        stack.succeed("clean", "--yes")


def test_up_does_not_start_empty_when_the_history_is_elsewhere(tmp_path: Path) -> None:
    stack = prepare_stack(tmp_path, "native")
    settings = (stack.root / ".env").read_text(encoding="utf-8")
    try:
        stack.succeed("up")
        stack.succeed("down")
        elsewhere = settings.replace(str(stack.home), str(tmp_path / "other"))
        (stack.root / ".env").write_text(elsewhere, encoding="utf-8")
        planned = stack.succeed("plan").splitlines()[0]
        assert planned.startswith(
            f"! leave    history: this stack would start empty: it is in {stack.home}/config"
        )
        refused = stack.run("up")
        assert f"STACK_DATA_DIR={stack.home} leads back to it" in refused.err
        assert refused.code == 1
        assert not (tmp_path / "other" / "data").exists()
    finally:
        (stack.root / ".env").write_text(settings, encoding="utf-8")
        stack.succeed("clean", "--yes")


def _is_loki_away(stack: TestStack) -> bool:
    return not is_ready(open_workspace(stack.environment).ready_urls["loki"])


def _is_restoring(stack: TestStack) -> bool:
    return bool(load_applied(stack.home).restoring)


def _broken_off(
    stack: TestStack, with_signal: int, when: Callable[[], bool], *arguments: str
) -> int:
    """How a command ends that gets a signal at some point."""
    # Whoever runs the tests in the background has made their children deaf to ^C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "provisioner", *arguments],
        cwd=stack.root,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as command:
        signal.signal(signal.SIGINT, before)
        while not when() and command.poll() is None:
            time.sleep(POLL_SECONDS)
        command.send_signal(with_signal)
        return command.wait(timeout=120)


def _send(stack: TestStack, count: int) -> None:
    for number in range(count):
        attributes: dict[str, Value] = {
            "project": PROJECT,
            "number": number,
            "cost_usd": cost_of(number),
        }
        event = Event(name="api_request", attributes=attributes)
        send(stack.door, logs_request(CLIENT, [event]), "grpc")
    pass_event(stack)


def _with_other_totals(file: Path, other: Path) -> None:
    """The same backup, but it claims that there was more."""
    with tarfile.open(file) as source, tarfile.open(other, "w:gz") as target:
        for entry in source:
            content = source.extractfile(entry)
            held = content.read() if content else b""
            if entry.name == MANIFEST:
                said = json.loads(held)
                said["totals"]["amounts"] = {"300": {"ledger_cost_usd": 1e6}}
                held = json.dumps(said).encode()
                entry.size = len(held)
            target.addfile(entry, io.BytesIO(held))


def _assert_holds_the_first(stack: TestStack, count: int) -> None:
    """So many events, each once, in both stores."""
    pass_event(stack)
    assert numbers_in_loki(stack, PROJECT) == list(range(count))
    books = Books(stack=stack, project=PROJECT)
    assert books.total("ledger_api_requests") == count
    expected = pytest.approx(cost_of_first(count), rel=TOLERANCE, abs=0)
    assert books.total("ledger_cost_usd") == expected
