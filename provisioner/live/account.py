"""What does the index know that a session's own files do not? The day, the block, and copies."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from provisioner.live.model import Block
from provisioner.reports.amounts import NOTHING, Amounts, plus
from provisioner.reports.blocks import BLOCK_MS, HOUR_MS, block_starts, rate
from provisioner.transcripts.model import SLOT_MS, Query, Slice
from provisioner.transcripts.usage import Usage

LOOK_BACK_MS = 7 * 24 * HOUR_MS
"""Where blocks begin depends on what was before, up to the last pause of five hours."""


def recent_slices(usage: Usage, now_ms: int) -> Sequence[Slice]:
    """What was used in the time that blocks of now depend on."""
    return usage.slices(Query(since_ms=now_ms - LOOK_BACK_MS, until_ms=now_ms + 1))


def used_today(slices: Iterable[Slice], now_ms: int) -> Amounts:
    """What was used since midnight, by this machine's clock."""
    midnight = _midnight(now_ms)
    return _sum(each for each in slices if each.slot * SLOT_MS >= midnight)


def active_block(slices: Sequence[Slice], now_ms: int) -> Block | None:
    """The block that goes on; None while nothing was asked for since the last one ended."""
    starts = block_starts(each.slot for each in slices)
    start_ms = max(starts.values(), default=0)
    if not starts or now_ms >= start_ms + BLOCK_MS:
        return None
    inside = [each for each in slices if starts[each.slot] == start_ms]
    amounts, pace = _sum(inside), rate(inside, now_ms)
    per_hour = None if pace is None or pace.cost_usd is None else pace.cost_usd * 60
    return Block(
        start_ms=start_ms,
        end_ms=start_ms + BLOCK_MS,
        amounts=amounts,
        cost_usd_per_hour=per_hour,
        tokens_per_minute=pace.tokens if pace else None,
        projected_cost_usd=_at_end(amounts, per_hour, start_ms + BLOCK_MS - now_ms),
    )


def _at_end(amounts: Amounts, per_hour: float | None, left_ms: int) -> float | None:
    """What the block will have cost if work goes on at its rate without a pause."""
    cost = amounts.dollars("tokens")
    return None if cost is None or per_hour is None else cost + per_hour * left_ms / HOUR_MS


def _midnight(now_ms: int) -> int:
    """When today began, by this machine's clock."""
    now = time.localtime(now_ms / 1000)
    return int(time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))) * 1000


def _sum(slices: Iterable[Slice]) -> Amounts:
    amounts = NOTHING
    for each in slices:
        amounts = plus(amounts, each)
    return amounts
