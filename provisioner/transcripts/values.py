"""What time and what counts are meant, however they are written?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from provisioner.transcripts.sighting import Counts

MOST = 10**9
"""No answer has that many tokens: such a number is no count."""

PLAIN = 2**29
"""Numbers that have no bit above this are below `MOST`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

LATEST_MS = 10**14
"""In the year 5138: nothing that is later can be a time, and calendars end soon after."""

_SCALES = ((10**11, 1000.0), (LATEST_MS, 1.0), (10**17, 1e-3), (10**20, 1e-6))
"""A number below the first is a time in seconds, then in milli-, micro- and nanoseconds."""


def moment(value: object) -> int | None:
    """Milliseconds since 1970 of a timestamp: ISO 8601 (UTC unless it says else) or a number."""
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
            zoned = told if told.tzinfo else told.replace(tzinfo=UTC)
            at_ms = (zoned - _EPOCH) // _MILLISECOND
        except (ValueError, OverflowError):
            return _from_number(value)
        else:
            return at_ms if 0 < at_ms < LATEST_MS else None
    return _from_number(value) if isinstance(value, int | float) else None


def _from_number(value: str | float) -> int | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    for bound, factor in _SCALES:
        if 1 <= number < bound:
            return int(number * factor)
    return None


def counts(usage: Mapping[str, Any]) -> tuple[Counts, bool]:
    """What a usage says, and whether all of it can be."""
    split = usage.get("cache_creation")
    tools = usage.get("server_tool_use")
    brief, long, searches = 0, 0, 0
    if isinstance(split, dict):
        brief = split.get("ephemeral_5m_input_tokens", 0)
        long = split.get("ephemeral_1h_input_tokens", 0)
    if isinstance(tools, dict):
        searches = tools.get("web_search_requests", 0)
    fresh = usage.get("input_tokens", 0)
    output = usage.get("output_tokens", 0)
    read = usage.get("cache_read_input_tokens", 0)
    written = usage.get("cache_creation_input_tokens", 0)
    can_be = True
    try:
        # One that is negative, large, or no whole number shows: cheaper than to look at each.
        are_plain = 0 <= fresh | output | read | written | brief | long | searches < PLAIN
    except TypeError:
        are_plain = False
    if not are_plain:
        values = (fresh, output, read, written, brief, long, searches)
        found = [_count(each) for each in values]
        can_be = None not in found
        fresh, output, read, written, brief, long, searches = (each or 0 for each in found)
    return counted(fresh, output, read, written, brief, long, searches), can_be


def counted(  # noqa: PLR0913, PLR0917 - what a usage counts
    fresh: int, output: int, read: int, written: int, brief: int, long: int, searches: int
) -> Counts:
    """Counts of what a usage says: of what was written, the split may leave a part out."""
    # What the split does not say is five-minute.
    return fresh, output, read, max(brief, written - long), long, searches


def _count(value: object) -> int | None:
    """A count, 0 where there is none; None for what cannot be one."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if value is None:
        return 0
    if isinstance(value, int | float) and math.isfinite(value) and 0 <= value < MOST:
        return int(value)
    return None
