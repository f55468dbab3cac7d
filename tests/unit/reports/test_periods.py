"""Are dates, times and spans the milliseconds that a person means?"""

from __future__ import annotations

import pytest

from provisioner.errors import WrongArgument
from provisioner.reports.periods import between, since_ms, until_ms
from provisioner.reports.zones import find_zone
from tests.unit.reports.answers import UTC_ZONE, ms

NOW = ms("2026-11-22T14:30:00.123")
BERLIN = find_zone("Europe/Berlin", {})


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-11-22", "2026-11-22T00:00", "2026-11-23T00:00"),
        ("20261122", "2026-11-22T00:00", "2026-11-23T00:00"),
        ("today", "2026-11-22T00:00", "2026-11-23T00:00"),
        ("Yesterday", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("2026-W47", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("2026-12", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("2026-11-22T10:00", "2026-11-22T10:00", "2026-11-22T10:00"),
        ("2026-11-22 10:00:00.001", "2026-11-22T10:00:00.001", "2026-11-22T10:00:00.001"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00", "2026-11-22T10:00"),
        ("2026-11-22T10:00+02:00", "2026-11-22T08:00", "2026-11-22T08:00"),
        ("90min", "2026-11-22T13:00:00.123", "2026-11-22T13:00:00.123"),
        ("2h", "2026-11-22T12:30:00.123", "2026-11-22T12:30:00.123"),
        ("1.5h", "2026-11-22T13:00:00.123", "2026-11-22T13:00:00.123"),
        ("7d", "2026-11-15T14:30:00.123", "2026-11-15T14:30:00.123"),
        ("1w", "2026-11-15T14:30:00.123", "2026-11-15T14:30:00.123"),
    ],
)
def test_since_begins_a_period_and_until_ends_it(text: str, first: str, end: str) -> None:
    assert since_ms(text, UTC_ZONE, NOW) == ms(first)
    assert until_ms(text, UTC_ZONE, NOW) == ms(end)


@pytest.mark.parametrize(
    ("day", "first", "end"),
    [
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
    ],
)
def test_a_day_of_a_zone_is_as_long_as_it_is_there(day: str, first: str, end: str) -> None:
    assert since_ms(day, BERLIN, NOW) == ms(first)
    assert until_ms(day, BERLIN, NOW) == ms(end)


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00"),  # midnight is left out
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # midnight comes twice
    ],
)
def test_a_day_begins_once_where_midnight_is_when_clocks_change(
    zone: str, day: str, first: str
) -> None:
    assert since_ms(day, find_zone(zone, {}), NOW) == ms(first)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "2026-W54", "2026-00", "7", "-2h", "9999-12-31"],
)
def test_what_is_no_time_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(WrongArgument, match="expected a day") as caught:
        until_ms(text, UTC_ZONE, NOW)
    assert str(caught.value).startswith(f"--until {text!r}: ")
    assert caught.value.exit_code == 2


def test_nothing_said_is_nothing_left_out() -> None:
    assert between(None, None, UTC_ZONE, NOW) == (None, None)


def test_an_end_before_the_beginning_is_refused() -> None:
    assert between("2026-11-22", "2026-11-22", UTC_ZONE, NOW) == (
        ms("2026-11-22T00:00"),
        ms("2026-11-23T00:00"),
    )
    with pytest.raises(WrongArgument, match="something later than --since 1h"):
        between("1h", "2h", UTC_ZONE, NOW)
