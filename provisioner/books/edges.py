"""Does the ledger have what Loki was told? A day of the one is not quite a day of the other.

Loki's time is the answer's, the ledger's that of its arrival, a little later: what was answered
just before midnight is in the next day's sums. So days are added up, and what may have crossed an
edge is allowed for; what is short stays short on the days after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from provisioner.books.sums import NOTHING, Cell, Sum, by_cell, day_of, minus, of_told, plus
from provisioner.books.survey import Span
from provisioner.books.told import Told
from provisioner.reports.zones import Zone

LATE_MS = 15 * 60 * 1000
"""So much later something may have arrived without being called missing."""

TOLERANCE_USD = 1e-6


class Gap(NamedTuple):
    """What the ledger has less than Loki was told; negative where it has more."""

    requests: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    @property
    def is_nothing(self) -> bool:
        return not (self.requests or self.tokens) and abs(self.cost_usd) <= TOLERANCE_USD


def gaps(
    told: Iterable[Told], ledger: Mapping[Cell, Sum], span: Span, zone: Zone
) -> dict[Cell, Gap]:
    """Where the ledger's sums are not what Loki's entries add up to."""
    known = list(told)

    def cell(each: Told) -> Cell:
        return Cell(day_of(each.at_ms, zone), each.project)

    inside = [each for each in known if each.at_ms >= span.since_ms]
    early = (each for each in known if 0 < span.since_ms - each.at_ms <= LATE_MS)
    late = (each for each in inside if _is_late(each, span, zone))
    return _behind(
        by_cell(inside, cell, of_told),
        ledger,
        by_cell(late, cell, of_told),
        by_cell(early, lambda each: Cell("", each.project), of_told),
    )


def _behind(
    sums: Mapping[Cell, Sum],
    ledger: Mapping[Cell, Sum],
    late: Mapping[Cell, Sum],
    early: Mapping[Cell, Sum],
) -> dict[Cell, Gap]:
    cells = sorted({*sums, *ledger})
    found: dict[Cell, Gap] = {}
    for project in sorted({each.project for each in cells}):
        so_far, before = NOTHING, early.get(Cell("", project), NOTHING)
        for where in (each for each in cells if each.project == project):
            day = minus(sums.get(where, NOTHING), ledger.get(where, NOTHING))
            so_far = plus(so_far, day)
            gap = _beyond(so_far, late.get(where, NOTHING), before)
            if not gap.is_nothing:
                found[where] = gap
                so_far = minus(so_far, Sum(*gap))
    return found


def _is_late(told: Told, span: Span, zone: Zone) -> bool:
    """Whether it may have arrived after its day, or after the ledger was asked."""
    if told.origin == "transcript":
        return False
    next_day = day_of(told.at_ms + LATE_MS, zone) != day_of(told.at_ms, zone)
    return next_day or told.at_ms >= span.settled_ms


def _beyond(behind: Sum, late: Sum, early: Sum) -> Gap:
    """How far the ledger is behind, or ahead, of what may have arrived before or after."""
    requests, tokens, cost = (
        max(0, less - after) + min(0, less + before)
        for less, after, before in zip(behind, late, early, strict=True)
    )
    return Gap(int(requests), int(tokens), float(cost))
