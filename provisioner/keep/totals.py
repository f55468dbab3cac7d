"""What do the stores hold in all, and do they still? Sums by day, up to a moment.

What is younger than the moment may still change: events bear the client's clock, and a batch may be
on its way. What is older cannot, while nobody writes history; so the same question has the same
answer before a backup, with the door open, and after it was restored.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provisioner.backends import Loki, Prometheus
from provisioner.runtime.model import Report
from provisioner.telemetry import AMOUNTS, PROBE
from provisioner.verify import CLOCK_TOLERANCE_SECONDS
from provisioner.workspace import Workspace

DAY_SECONDS = 86_400
SKEW_SECONDS = 600
"""So far off its arrival an event's own time may be."""

SPAN_DAYS = 100
WEEK_DAYS = 7
TOLERANCE = 1e-9
NAMES = tuple(amount.name for amount in AMOUNTS if amount is not PROBE)

ByDay = Mapping[int, Mapping[str, float]]
"""What there is of each name in the n-th day back from the moment; what is 0 is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of amounts, and entries by event, for days that end at a moment.

    `days` says how far back each store was asked.
    """

    until: float
    days: Mapping[str, int]
    amounts: ByDay
    entries: ByDay

    def of(self, name: str) -> float:
        """The sum of one name over all days."""
        found = (
            day.get(name, 0.0) for book in (self.amounts, self.entries) for day in book.values()
        )
        return math.fsum(found)

    @property
    def events(self) -> int:
        """All entries."""
        return round(math.fsum(count for day in self.entries.values() for count in day.values()))


def settled_until(moment: float) -> float:
    """The end of what cannot change any more once all up to a moment has arrived."""
    return moment - CLOCK_TOLERANCE_SECONDS


def read_totals(workspace: Workspace, until: float, report: Report) -> Totals:
    """Ask both stores, a few days at a time; raises BackendError when one does not answer."""
    days = kept_days(workspace, until)
    prometheus = Prometheus(url=workspace.url("prometheus"))
    loki = Loki(url=workspace.url("loki"))
    amounts: dict[int, dict[str, float]] = {}
    for name in NAMES:
        report(f"adding up {name}")
        for day, amount in _amounts(prometheus, name, until, days["prometheus"]):
            amounts.setdefault(day, {})[name] = amount
    entries: dict[int, dict[str, float]] = {}
    for first in range(0, days["loki"], WEEK_DAYS):
        report(f"counting events, {first} of {days['loki']} days")
        # Most weeks of a young stack are empty, which one question tells for all their days.
        week = range(first, min(first + WEEK_DAYS, days["loki"]))
        if _entries(loki, _end(until, first), len(week)):
            entries |= {day: _entries(loki, _end(until, day), 1) for day in week}
    return Totals(until=until, days=days, amounts=amounts, entries=entries)


def kept_days(workspace: Workspace, until: float) -> dict[str, int]:
    """How many whole days back from a moment no store has begun to delete."""
    settings = workspace.settings
    past = max(0, math.ceil((time.time() - until) / DAY_SECONDS))
    kept = {
        "loki": settings.loki.retention_days,
        "prometheus": settings.prometheus.retention_days,
    }
    return {name: max(0, days - past) for name, days in kept.items()}


def differences(then: Totals, now: Totals) -> list[str]:
    """Where two answers to the same question differ, by name; days that one lacks are left out."""
    found = [*_differences(then, now, "prometheus"), *_differences(then, now, "loki")]
    return sorted(found)


def _differences(then: Totals, now: Totals, store: str) -> Iterator[str]:
    before, after = _sums(then, now, store), _sums(now, then, store)
    for name in before.keys() | after.keys():
        was, is_now = before.get(name, 0.0), after.get(name, 0.0)
        if not math.isclose(was, is_now, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{name}: {was:.10g} in the backup, {is_now:.10g} in {store}"


def _sums(totals: Totals, other: Totals, store: str) -> dict[str, float]:
    """By name, over the days that both know."""
    days = min(totals.days.get(store, 0), other.days.get(store, 0))
    book = totals.amounts if store == "prometheus" else totals.entries
    known = [each for day, each in book.items() if day < days]
    names = {name for each in known for name in each}
    return {name: math.fsum(each.get(name, 0.0) for each in known) for name in names}


def _amounts(
    prometheus: Prometheus, name: str, until: float, days: int
) -> Iterator[tuple[int, float]]:
    query = f"sum(sum_over_time({name}[1d]))"
    for first in range(0, days, SPAN_DAYS):
        last = min(first + SPAN_DAYS, days) - 1
        begin, end = until - last * DAY_SECONDS, until - first * DAY_SECONDS
        for sample in prometheus.query_range(query, begin, end, DAY_SECONDS):
            if sample.value:
                yield round((until - sample.at) / DAY_SECONDS), sample.value


def _end(until: float, day: int) -> float:
    """The end of a day of events, the n-th back."""
    return until - SKEW_SECONDS - day * DAY_SECONDS


def _entries(loki: Loki, until: float, days: int) -> dict[str, float]:
    query = f'sum by (event_name) (count_over_time({{service_name="claude-code"}}[{days}d]))'
    found = loki.query(query, int(until * 1e9))
    return {each.labels.get("event_name", "unknown"): each.value for each in found}
