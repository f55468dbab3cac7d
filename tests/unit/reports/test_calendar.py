"""Does each moment fall on the day, into the week and the month that clocks there show?"""

from __future__ import annotations

from datetime import date

import pytest

from provisioner.reports.calendar import WEEKDAYS, Weekday, days, first_of_week, month_of, week_of
from provisioner.reports.zones import find_zone
from provisioner.transcripts.model import SLOT_MS
from tests.unit.reports.answers import ms


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2026-11-22T23:59:59.999", "2026-11-22"),
        ("Europe/Berlin", "2026-11-22T22:59:59.999", "2026-11-22"),
        ("Europe/Berlin", "2026-11-22T23:00", "2026-11-23"),
        ("Europe/Berlin", "2026-10-24T21:59:59", "2026-10-24"),  # summer time's last midnight
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T22:59:59", "2026-10-25"),  # a day of 25 hours
        ("Europe/Berlin", "2026-10-25T23:00", "2026-10-26"),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T21:59:59", "2026-03-29"),  # a day of 23 hours
        ("Europe/Berlin", "2026-03-29T22:00", "2026-03-30"),
        ("Asia/Kathmandu", "2026-11-22T18:14:59", "2026-11-22"),  # +05:45
        ("Asia/Kathmandu", "2026-11-22T18:15", "2026-11-23"),
        ("Asia/Kolkata", "2026-11-22T18:29:59", "2026-11-22"),  # +05:30
        ("Asia/Kolkata", "2026-11-22T18:30", "2026-11-23"),
        ("Pacific/Chatham", "2026-11-22T10:14:59", "2026-11-22"),  # +13:45
        ("Pacific/Chatham", "2026-11-22T10:15", "2026-11-23"),
        ("America/St_Johns", "2026-11-22T03:29:59", "2026-11-21"),  # -03:30
        ("America/St_Johns", "2026-11-22T03:30", "2026-11-22"),
    ],
)
def test_a_day_begins_and_ends_as_clocks_there_say(zone: str, moment: str, day: str) -> None:
    assert days(find_zone(zone, {}))(ms(moment) // SLOT_MS) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-16", "2026-W47"),
        ("2026-11-22", "2026-W47"),
        ("2026-11-23", "2026-W48"),
        ("2026-01-01", "2026-W01"),
        ("2027-01-03", "2026-W53"),
        ("2024-12-30", "2025-W01"),
    ],
)
def test_weeks_are_iso_weeks_unless_told_otherwise(day: str, week: str) -> None:
    assert week_of(date.fromisoformat(day), "monday") == week


@pytest.mark.parametrize("starts", WEEKDAYS)
def test_a_week_has_seven_days_and_the_name_of_the_iso_week_of_most_of_them(
    starts: Weekday,
) -> None:
    first = first_of_week(date(2026, 12, 31), starts)
    assert first.weekday() == WEEKDAYS.index(starts)
    whole = [date.fromordinal(first.toordinal() + number) for number in range(7)]
    (name,) = {week_of(day, starts) for day in whole}
    iso = [week_of(day, "monday") for day in whole]
    assert iso.count(name) >= 4
    assert week_of(date.fromordinal(first.toordinal() + 7), starts) != name


def test_a_month_is_named_by_year_and_number() -> None:
    assert month_of(date(2026, 3, 1)) == "2026-03"
