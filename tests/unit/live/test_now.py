"""Is what was counted kept, and counted again when it is time?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from provisioner.live.now import Now, claim_count, is_of_today, read_now, write_now

AT = 1_790_000_000.0
NOW = Now(at=AT, took=0.2, today_usd=1.5, block_usd=None, block_end=0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "now.json"


def test_what_was_counted_is_read_again(path: Path) -> None:
    write_now(NOW, path)
    assert read_now(path) == NOW


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"schema": "claude-otel/now/1"}'])
def test_what_is_not_ours_is_nothing(path: Path, text: str | None) -> None:
    path.parent.mkdir()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert read_now(path) is None


def test_it_is_counted_by_one_at_a_time(path: Path) -> None:
    now = time.time()
    assert [claim_count(None, path, now), claim_count(None, path, now + 1)] == [True, False]


def test_it_is_counted_again_after_a_pause(path: Path) -> None:
    now = time.time()
    claim_count(NOW, path, now)
    assert not claim_count(NOW, path, now + 9)
    assert claim_count(NOW, path, now + 11)


def test_what_takes_long_is_counted_less_often(path: Path) -> None:
    slow = NOW._replace(took=2.0)
    now = time.time()
    claim_count(slow, path, now)
    assert not claim_count(slow, path, now + 90)
    assert claim_count(slow, path, now + 110)


def test_a_claim_from_the_future_does_not_hold(path: Path) -> None:
    now = time.time()
    claim_count(NOW, path, now)
    os.utime(path.with_suffix(".asked"), (now + 9999, now + 9999))
    assert claim_count(NOW, path, now)


def test_yesterday_is_not_today() -> None:
    assert is_of_today(NOW, AT)
    assert not is_of_today(NOW, AT + 86_400)
