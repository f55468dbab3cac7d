"""From when, until when? Dates, times, and spans back from now, as milliseconds."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from provisioner.errors import WrongArgument
from provisioner.reports.zones import Zone

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(s|min|m|h|d|w)")
_UNIT_MS = {"s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_UNIT_MS["w"] = 7 * _UNIT_MS["d"]
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"\d{4}-W\d{2}")
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_LATER = {"today": 0, "yesterday": -1}

EXPECTED = "a day, week or month, a time, or a span back from now"
ADVICE = (
    "write it as 2026-11-22, today, yesterday, 2026-W47, 2026-11, 2026-11-22T14:30, 90min, 2h, 7d"
)


def between(
    since: str | None, until: str | None, zone: Zone, now_ms: int
) -> tuple[int | None, int | None]:
    """The first moment that is asked for, and the first that no longer is."""
    first = None if since is None else since_ms(since, zone, now_ms)
    end = None if until is None else until_ms(until, zone, now_ms)
    if since and until and first is not None and end is not None and end <= first:
        raise WrongArgument("--until", until, f"something later than --since {since}")
    return first, end


def since_ms(text: str, zone: Zone, now_ms: int) -> int:
    """The first moment that is asked for: the start of a day, week or month."""
    first, _ = _read("--since", text, zone, now_ms)
    return first


def until_ms(text: str, zone: Zone, now_ms: int) -> int:
    """The first moment that is no longer asked for: the end of a day, week or month."""
    _, end = _read("--until", text, zone, now_ms)
    return end


def _read(option: str, text: str, zone: Zone, now_ms: int) -> tuple[int, int]:
    try:
        if whole := _whole(text.strip(), zone, now_ms):
            first, after = whole
            return zone.midnight_ms(first), zone.midnight_ms(after)
        moment = _moment(text.strip(), zone, now_ms)
    except (ValueError, OverflowError, OSError):
        raise WrongArgument(option, text, EXPECTED, ADVICE) from None
    return moment, moment


def _whole(text: str, zone: Zone, now_ms: int) -> tuple[date, date] | None:
    """The first day of a period, and the day after its last."""
    if text.lower() in _LATER:
        day = zone.local(now_ms).date() + timedelta(days=_LATER[text.lower()])
        return day, day + timedelta(days=1)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return day, day + timedelta(days=1)
    if _WEEK.fullmatch(text):
        day = date.fromisoformat(text)
        return day, day + timedelta(days=7)
    if month := _MONTH.fullmatch(text):
        first = date(int(month[1]), int(month[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return None


def _moment(text: str, zone: Zone, now_ms: int) -> int:
    if span := _SPAN.fullmatch(text):
        return now_ms - round(float(span[1]) * _UNIT_MS[span[2]])
    return zone.instant_ms(datetime.fromisoformat(text))
