"""Does a watch see the session at once, and all else as often as it may?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from provisioner.live import watch as module
from provisioner.live.limits import Limits, Window, store_limits
from provisioner.live.watch import Watch
from tests.unit.transcripts.lines import (
    AT_MS,
    SESSION,
    FlatPrices,
    answer,
    started,
    write_session,
)

OTHER = "5e551011-0000-4000-8000-000000000002"
NOW_MS = AT_MS + 60_000


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(module, "open_prices", lambda _: FlatPrices())
    return tmp_path / "projects"


@pytest.fixture
def watch(root: Path, tmp_path: Path) -> Watch:
    environ = {**os.environ, "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "index")}
    return Watch(SESSION, [root], environ, pytest.fail)


def test_session_block_and_limits_are_seen_together(watch: Watch, root: Path) -> None:
    write_session(root, answer("msg_1"))
    write_session(root, answer("msg_2", request_id="r2", session=OTHER), session=OTHER)
    told = Limits(told_at=NOW_MS / 1000, five_hour=Window(20, NOW_MS / 1000 + 9), seven_day=None)
    store_limits(told)
    view = watch.look(NOW_MS)
    assert view.usage.amounts.requests == 1
    assert view.block is not None
    assert view.block.amounts.requests == 2
    assert view.limits == told


def test_limits_that_have_ended_are_not_shown_as_if_they_held(watch: Watch) -> None:
    now = NOW_MS / 1000
    store_limits(Limits(told_at=now - 9, five_hour=Window(20, now - 1), seven_day=None))
    limits = watch.look(NOW_MS).limits
    assert limits is None or limits.five_hour is None


def test_what_a_fork_copied_is_not_counted_for_it(watch: Watch, root: Path) -> None:
    copied = answer("msg_1")
    write_session(root, started(OTHER), copied | {"sessionId": OTHER}, session=OTHER)
    write_session(root, started(when=30), copied, answer("msg_2", request_id="r2", when=31))
    assert watch.look(NOW_MS).usage.amounts.requests == 1


def test_the_session_is_read_each_time_the_index_now_and_then(
    watch: Watch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_session(root, answer("msg_1"))
    watch.look(NOW_MS)
    write_session(root, answer("msg_1"), answer("msg_2", request_id="r2"))
    view = watch.look(NOW_MS)
    assert view.block is not None
    assert (view.usage.amounts.requests, view.block.amounts.requests) == (2, 1)
    later = time.monotonic() + 3600
    monkeypatch.setattr(time, "monotonic", lambda: later)
    view = watch.look(NOW_MS)
    assert view.block is not None
    assert view.block.amounts.requests == 2
