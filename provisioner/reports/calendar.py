"""On which day, in which week and month is a slot, where one lives?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Literal

from provisioner.reports.zones import Zone
from provisioner.transcripts.model import SLOT_MS

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_MOST_OF_A_WEEK = timedelta(days=3)


def days(zone: Zone) -> Callable[[int], date]:
    """What tells the day of a slot in a time zone; each slot is looked up once."""

    @cache
    def day(slot: int) -> date:
        return zone.local(slot * SLOT_MS).date()

    return day


def week_of(day: date, starts: Weekday) -> str:
    """The week's name: that of the ISO week in which most of its days lie.

    For weeks that start on Monday that is the ISO week itself.
    """
    year, week, _ = (first_of_week(day, starts) + _MOST_OF_A_WEEK).isocalendar()
    return f"{year:04}-W{week:02}"


def first_of_week(day: date, starts: Weekday) -> date:
    """The day on which its week starts."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(starts)) % 7)


def month_of(day: date) -> str:
    """The month's name, as 2026-11."""
    return f"{day.year:04}-{day.month:02}"
