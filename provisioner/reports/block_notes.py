"""What is said below a table of blocks? The active one's rate and projection, and the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from provisioner.reports.amounts import CostName
from provisioner.reports.document import Report
from provisioner.reports.rows import Row, Value
from provisioner.reports.wording import count, of_usd, span
from provisioner.reports.zones import Zone

_WINDOWS = {"five_hour": "five hours", "seven_day": "seven days"}


def block_notes(report: Report, which: CostName, zone: Zone) -> Iterator[str]:
    """Lines about what goes on now; none when no block is active and no limit is known."""
    field = "cost_usd" if which == "tokens" else "billed_usd"
    for row in report.rows:
        if row.extra["is_active"]:
            yield from _active(row, field, zone)
    limits = report.extra.get("limits")
    if isinstance(limits, Mapping):
        yield _told(limits, zone) if limits["source"] == "client" else _estimated(limits, zone)


def _active(row: Row, field: str, zone: Zone) -> Iterator[str]:
    known = row.extra
    if known["tokens_per_minute"] is None:
        yield "active block: too early for a burn rate, which needs five minutes of activity"
        return
    cost = of_usd(known[f"{field}_per_hour"])
    yield (
        f"active block: {_number(known['tokens_per_minute'])} tokens/min, "
        f"{_number(known['tokens_per_minute_without_cache_reads'])} without cache reads, "
        f"{cost or 'unknown cost'}/h, over {span(float(known['active_minutes'] or 0))} of activity"
    )
    at_end = of_usd(known[f"projected_{field}"])
    yield (
        f"at this rate without a pause, by {_clock(known['end'], zone)}: "
        f"{_number(known['projected_tokens'])} tokens, {at_end or 'unknown cost'}"
    )


def _told(limits: Mapping[str, object], zone: Zone) -> str:
    windows = []
    for name, words in _WINDOWS.items():
        window = limits[name]
        if isinstance(window, Mapping):
            reset = _clock(window["resets_at"], zone)
            windows.append(f"{words} {window['used_percentage']:.0f} % used, anew at {reset}")
    return f"limits as the client was told at {_clock(limits['told_at'], zone)}: " + "; ".join(
        windows
    )


def _estimated(limits: Mapping[str, object], zone: Zone) -> str:
    return (
        f"estimate (no limits were told): {limits['used_percentage']:.0f} % of the tokens of your "
        f"largest block so far, {_clock(limits['largest_block'], zone)}"
    )


def _number(value: Value) -> str:
    return count(float(value)) if value is not None else "unknown"


def _clock(moment: object, zone: Zone) -> str:
    at_ms = round(datetime.fromisoformat(str(moment)).timestamp() * 1000)
    return f"{zone.local(at_ms):%Y-%m-%d %H:%M}"
