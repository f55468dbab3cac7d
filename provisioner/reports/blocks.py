"""How do responses fall into the five-hour blocks of subscriptions, and how fast is one used up?

A block starts at the full hour (UTC) of the first response after the block before it, and ends five
hours later; a response of exactly that moment belongs to the next one. All that the account did
decides where blocks begin, whatever a report asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provisioner.reports.amounts import Amounts, add_up
from provisioner.reports.rows import KeyOf, Row, Value, group
from provisioner.transcripts.model import SLOT_MS, Response, Slice

HOUR_MS = 3_600_000
BLOCK_MS = 5 * HOUR_MS
MINUTE_MS = 60_000
SOONEST_MS = 5 * MINUTE_MS
"""A rate over less than this says nothing."""

RATES = (
    "active_minutes",
    "tokens_per_minute",
    "tokens_per_minute_without_cache_reads",
    "cost_usd_per_hour",
    "billed_usd_per_hour",
)
PROJECTED = ("projected_tokens", "projected_cost_usd", "projected_billed_usd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a block uses per minute of activity; costs are None where a price is missing."""

    active_minutes: float
    tokens: float
    tokens_without_cache_reads: float
    cost_usd: float | None
    billed_usd: float | None


def block_starts(slots: Iterable[int]) -> dict[int, int]:
    """The start in milliseconds of the block that each slot belongs to."""
    starts: dict[int, int] = {}
    start = -BLOCK_MS
    for slot in sorted(set(slots)):
        if slot * SLOT_MS >= start + BLOCK_MS or not starts:
            start = slot * SLOT_MS // HOUR_MS * HOUR_MS
        starts[slot] = start
    return starts


def block_key(starts: Mapping[int, int]) -> KeyOf:
    """What tells the block of an entry: the start, as 2026-11-22T10:00:00Z."""
    names = {start: as_utc(start) for start in set(starts.values())}

    def key(slot: int, _: Slice | Response) -> str:
        return names[starts[slot]]

    return key


def blocks(past: Sequence[Slice], future: Sequence[Slice], key: KeyOf, now_ms: int) -> list[Row]:
    """Rows of blocks; what bears a time that is yet to come is counted, and told apart."""
    before: dict[str, list[Slice]] = {}
    for each in past:
        before.setdefault(key(each.slot, each), []).append(each)
    return [
        _with_pace(row, before.get(row.key, []), now_ms) for row in group([*past, *future], key)
    ]


def rate(slices: Sequence[Slice], now_ms: int) -> Rate | None:
    """The burn rate: over the quarter hours in which something was answered, up to now."""
    slots = {each.slot * SLOT_MS for each in slices}
    active_ms = sum(min(start + SLOT_MS, now_ms) - start for start in slots)
    if active_ms < SOONEST_MS:
        return None
    amounts, minutes = add_up(slices), active_ms / MINUTE_MS
    cost, billed = amounts.dollars("tokens"), amounts.dollars("billed")
    return Rate(
        active_minutes=minutes,
        tokens=amounts.total_tokens / minutes,
        tokens_without_cache_reads=(amounts.total_tokens - amounts.cache_read_tokens) / minutes,
        cost_usd=None if cost is None else cost / minutes,
        billed_usd=None if billed is None else billed / minutes,
    )


def start_of(row: Row) -> int:
    """When a block starts, in milliseconds."""
    return round(datetime.fromisoformat(row.key).timestamp() * 1000)


def as_utc(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _with_pace(row: Row, before: Sequence[Slice], now_ms: int) -> Row:
    end_ms = start_of(row) + BLOCK_MS
    # What is yet to come does not keep a block active: something must have been answered in it.
    is_active = bool(before) and now_ms < end_ms
    pace = rate(before, now_ms)
    extra: dict[str, Value] = {
        "end": as_utc(end_ms),
        "is_active": is_active,
        "future_requests": row.amounts.requests - add_up(before).requests,
        **dict.fromkeys((*RATES, *PROJECTED)),
    }
    if pace:
        extra |= _rates(pace)
    if is_active and pace:
        extra |= _projection(row.amounts, pace, (end_ms - now_ms) / MINUTE_MS)
    return replace(row, extra=extra)


def _rates(pace: Rate) -> dict[str, Value]:
    values = (
        round(pace.active_minutes, 1),
        round(pace.tokens, 1),
        round(pace.tokens_without_cache_reads, 1),
        _per_hour(pace.cost_usd),
        _per_hour(pace.billed_usd),
    )
    return dict(zip(RATES, values, strict=True))


def _projection(amounts: Amounts, pace: Rate, minutes_left: float) -> dict[str, Value]:
    """What the block will have used at its end, if work goes on at its rate without a pause."""
    cost, billed = amounts.dollars("tokens"), amounts.dollars("billed")
    values = (
        round(amounts.total_tokens + pace.tokens * minutes_left),
        _at_end(cost, pace.cost_usd, minutes_left),
        _at_end(billed, pace.billed_usd, minutes_left),
    )
    return dict(zip(PROJECTED, values, strict=True))


def _at_end(spent: float | None, per_minute: float | None, minutes: float) -> float | None:
    return None if spent is None or per_minute is None else round(spent + per_minute * minutes, 6)


def _per_hour(per_minute: float | None) -> float | None:
    return None if per_minute is None else round(per_minute * 60, 6)
