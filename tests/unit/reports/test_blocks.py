"""Do blocks begin and end where they should, and is a rate of what really happened?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from provisioner.reports.amounts import total
from provisioner.reports.blocks import as_utc, block_key, block_starts, blocks, start_of
from provisioner.reports.rows import Row
from provisioner.transcripts.model import SLOT_MS, Response
from tests.unit.reports.answers import PLAIN, at, by_chance, ms, slices, sum_of


def _blocks(responses: Sequence[Response], now: str = "2026-11-25T00:00") -> list[Row]:
    now_ms = ms(now)
    key = block_key(block_starts(each.at_ms // SLOT_MS for each in responses))
    past = slices(each for each in responses if each.at_ms <= now_ms)
    future = slices(each for each in responses if each.at_ms > now_ms)
    return blocks(past, future, key, now_ms)


def _keys(*times: str) -> list[str]:
    return [row.key for row in _blocks([at(time) for time in times])]


def test_a_block_starts_at_the_full_hour_of_its_first_response() -> None:
    assert _keys("2026-11-22T10:59:59.999", "2026-11-22T14:59:59.999") == ["2026-11-22T10:00:00Z"]


def test_the_hour_is_that_of_utc_in_every_zone() -> None:
    assert _keys("2026-11-22T10:20+05:30") == ["2026-11-22T04:00:00Z"]


def test_a_response_exactly_five_hours_after_the_start_begins_the_next_block() -> None:
    assert _keys("2026-11-22T10:20", "2026-11-22T15:00") == [
        "2026-11-22T10:00:00Z",
        "2026-11-22T15:00:00Z",
    ]


def test_a_block_ends_after_five_hours_however_short_the_pause() -> None:
    assert _keys("2026-11-22T10:59", "2026-11-22T14:58", "2026-11-22T15:01") == [
        "2026-11-22T10:00:00Z",
        "2026-11-22T15:00:00Z",
    ]


def test_before_1970_and_long_after_there_are_blocks_too() -> None:
    assert _keys("1969-12-31T23:10", "2030-01-01T00:10") == [
        "1969-12-31T23:00:00Z",
        "2030-01-01T00:00:00Z",
    ]


def test_blocks_hold_every_response_once() -> None:
    responses = by_chance(5)
    rows = _blocks(responses, "2026-10-25T00:00")
    assert total(row.amounts for row in rows) == sum_of(responses)
    starts = [start_of(row) for row in rows]
    assert all(later - earlier >= 5 * 3_600_000 for earlier, later in pairwise(starts))


def test_a_block_is_active_until_its_end() -> None:
    times = [at("2026-11-22T10:20"), at("2026-11-22T11:00")]
    assert _blocks(times, "2026-11-22T14:59:59.999")[0].extra["is_active"] is True
    assert _blocks(times, "2026-11-22T15:00")[0].extra["is_active"] is False


def test_what_is_yet_to_come_is_counted_and_told_and_keeps_no_block_active() -> None:
    (row,) = _blocks([at("2026-11-22T10:20")], "2026-11-22T10:19")
    assert row.amounts.requests == 1
    assert (row.extra["is_active"], row.extra["future_requests"]) == (False, 1)
    assert row.extra["tokens_per_minute"] is None


def test_what_is_yet_to_come_does_not_change_a_rate() -> None:
    past = [at("2026-11-22T10:05"), at("2026-11-22T11:05")]
    (before,) = _blocks(past, "2026-11-22T12:00")
    (after,) = _blocks([*past, at("2026-11-22T13:00")], "2026-11-22T12:00")
    assert after.extra["future_requests"] == 1
    assert after.extra["is_active"] is True
    assert after.extra["tokens_per_minute"] == before.extra["tokens_per_minute"]


def test_a_rate_is_over_the_quarters_of_activity_with_and_without_cache_reads() -> None:
    # Two quarters of an hour with 3,570 tokens each, 3,000 of them read from the cache.
    (row,) = _blocks([at("2026-11-22T10:05"), at("2026-11-22T12:05")])
    assert row.extra["active_minutes"] == 30.0
    assert row.extra["tokens_per_minute"] == 238.0
    assert row.extra["tokens_per_minute_without_cache_reads"] == 38.0
    assert row.extra["cost_usd_per_hour"] == 0.04
    assert row.extra["billed_usd_per_hour"] == 0.044


def test_the_quarter_that_goes_on_counts_up_to_now() -> None:
    (row,) = _blocks([at("2026-11-22T10:05"), at("2026-11-22T10:16")], "2026-11-22T10:20")
    assert row.extra["active_minutes"] == 20.0


@pytest.mark.parametrize(("now", "is_early"), [("10:04:59.999", True), ("10:05", False)])
def test_in_its_first_five_minutes_a_block_has_no_rate(now: str, *, is_early: bool) -> None:
    (row,) = _blocks([at("2026-11-22T10:02")], f"2026-11-22T{now}")
    assert (row.extra["tokens_per_minute"] is None) == is_early
    assert (row.extra["projected_tokens"] is None) == is_early


def test_an_active_block_is_projected_to_its_end() -> None:
    (row,) = _blocks([at("2026-11-22T10:05")], "2026-11-22T14:00")
    # 3,570 tokens and a cent in a quarter of an hour, for one hour more.
    assert row.extra["projected_tokens"] == 3_570 * 5
    assert row.extra["projected_cost_usd"] == 0.05
    assert row.extra["projected_billed_usd"] == 0.055


def test_a_block_that_is_over_is_not_projected() -> None:
    (row,) = _blocks([at("2026-11-22T10:05")], "2026-11-22T15:00")
    assert row.extra["projected_tokens"] is None
    assert row.extra["tokens_per_minute"] is not None


def test_a_block_without_prices_has_a_rate_of_tokens_and_none_of_costs() -> None:
    unknown = at("2026-11-22T10:05")._replace(cost=None, billed=None)
    (row,) = _blocks([unknown], "2026-11-22T12:00")
    assert row.extra["tokens_per_minute"] == 238.0
    assert row.extra["cost_usd_per_hour"] is None
    assert row.extra["projected_tokens"] is not None
    assert row.extra["projected_cost_usd"] is None


def test_a_block_says_when_it_ends() -> None:
    (row,) = _blocks([PLAIN])
    assert (start_of(row), row.extra["end"]) == (ms(row.key), "2026-11-22T15:00:00Z")
    assert as_utc(start_of(row)) == row.key
