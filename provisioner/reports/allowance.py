"""How much of a plan's limits is used? As the client was told, or, labelled so, as an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisioner.live.limits import Limits, Window
from provisioner.reports.blocks import BLOCK_MS, as_utc, start_of
from provisioner.reports.rows import Row

Allowance = Mapping[str, object]
"""JSON: `source` is "client" or "estimate"."""


def allowance(told: Limits | None, rows: Sequence[Row], now_ms: int) -> Allowance | None:
    """What is known of the limits now; None where there is nothing to go by."""
    known = told.at(now_ms / 1000) if told else None
    if known and (known.five_hour or known.seven_day):
        return {
            "source": "client",
            "told_at": as_utc(round(known.told_at * 1000)),
            "five_hour": _window(known.five_hour),
            "seven_day": _window(known.seven_day),
        }
    return _estimate(rows, now_ms)


def _window(window: Window | None) -> Mapping[str, object] | None:
    if window is None:
        return None
    resets_at = as_utc(round(window.resets_at * 1000))
    return {"used_percentage": window.used_percentage, "resets_at": resets_at}


def _estimate(rows: Sequence[Row], now_ms: int) -> Allowance | None:
    """The active block against the largest one before it: no limit, but what did fit before."""
    active = next((row for row in rows if row.extra["is_active"]), None)
    over = [row for row in rows if start_of(row) + BLOCK_MS <= now_ms]
    if active is None or not over:
        return None
    largest = max(over, key=lambda row: (row.amounts.total_tokens, row.key))
    share = 100 * active.amounts.total_tokens / max(1, largest.amounts.total_tokens)
    return {
        "source": "estimate",
        "largest_block": largest.key,
        "largest_block_tokens": largest.amounts.total_tokens,
        "used_percentage": round(share, 1),
    }
