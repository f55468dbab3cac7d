"""What does the account use today, and in the block that goes on?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from provisioner.live.account import active_block, used_today
from provisioner.reports.blocks import BLOCK_MS, HOUR_MS
from provisioner.transcripts.model import PICODOLLARS, SLOT_MS, Slice
from tests.unit.reports.answers import ms

NOW_MS = ms("2026-11-22T12:30")


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _slice(text: str, dollars: int = 1, *, unpriced: int = 0) -> Slice:
    slot = ms(text) // SLOT_MS
    cost = dollars * PICODOLLARS
    return Slice(slot, "s", "p", "m", "main", 1, 10, 0, 0, 0, 0, 0, cost, cost, unpriced)


def test_today_begins_at_midnight() -> None:
    slices = [_slice("2026-11-21T23:45"), _slice("2026-11-22T00:00", 2), _slice("2026-11-22T12:15")]
    assert used_today(slices, NOW_MS).dollars("tokens") == 3


def test_today_is_that_of_the_machines_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    slices = [_slice("2026-11-21T18:15"), _slice("2026-11-21T18:30", 2)]
    assert used_today(slices, NOW_MS).dollars("tokens") == 2


def test_the_block_that_goes_on_has_what_all_sessions_used_in_it() -> None:
    slices = [_slice("2026-11-22T03:00", 9), _slice("2026-11-22T10:30"), _slice("2026-11-22T12:15")]
    block = active_block(slices, NOW_MS)
    assert block is not None
    start_ms = ms("2026-11-22T10:00")
    assert (block.start_ms, block.end_ms) == (start_ms, start_ms + BLOCK_MS)
    assert block.amounts.requests == 2
    # Half an hour of activity, and two and a half hours to go.
    assert block.cost_usd_per_hour == pytest.approx(4)
    assert block.tokens_per_minute == pytest.approx(20 / 30)
    assert block.projected_cost_usd == pytest.approx(2 + 4 * 2.5)


def test_a_block_that_has_just_begun_has_no_rate() -> None:
    block = active_block([_slice("2026-11-22T12:30")], NOW_MS + 60_000)
    assert block is not None
    assert (block.cost_usd_per_hour, block.projected_cost_usd) == (None, None)


def test_a_block_of_a_model_without_a_price_has_no_cost() -> None:
    block = active_block([_slice("2026-11-22T12:00", 0, unpriced=1)], NOW_MS)
    assert block is not None
    assert (block.amounts.dollars("tokens"), block.projected_cost_usd) == (None, None)


def test_after_five_hours_no_block_goes_on() -> None:
    slices = [_slice("2026-11-22T07:15")]
    assert active_block(slices, ms("2026-11-22T07:00") + BLOCK_MS - 1) is not None
    assert active_block(slices, ms("2026-11-22T07:00") + BLOCK_MS) is None
    assert active_block([], NOW_MS + HOUR_MS) is None
