"""Which rows do slices fall into, in which order, and how many of them are shown?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from provisioner.reports.amounts import Amounts, CostName, add_up
from provisioner.reports.calendar import Weekday, days, month_of, week_of
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import SLOT_MS, Response, Slice

Grouping = Literal["daily", "weekly", "monthly", "session", "project", "model"]
GROUPINGS: tuple[Grouping, ...] = ("daily", "weekly", "monthly", "session", "project", "model")

Order = Literal["asc", "desc", "cost", "tokens", "requests"]
ORDERS: tuple[Order, ...] = ("asc", "desc", "cost", "tokens", "requests")
BY_COST = ("project", "model")
"""Reports whose rows have no order in time: ascending means from the cheapest."""
NEWEST_FIRST = ("project", "model", "blocks")
"""Reports that begin with what is newest or dearest, unless told otherwise."""


KeyOf = Callable[[int, Slice | Response], str]
"""The key of the row that an entry of a slot belongs to."""

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a report: its amounts, the same by model, and what else is known about it.

    `first` and `last` are slots. `project` is that of a session. `extra` are fields that only one
    report has.
    """

    key: str
    amounts: Amounts
    models: Mapping[str, Amounts]
    first: int
    last: int
    project: str
    extra: Mapping[str, Value] = field(default_factory=dict)


def key_of(grouping: Grouping, zone: Zone, week_start: Weekday) -> KeyOf:
    """What tells the row that an entry belongs to."""
    if grouping == "session":
        return lambda _, entry: entry.session
    if grouping == "project":
        return lambda _, entry: entry.project
    if grouping == "model":
        return lambda _, entry: entry.model
    day, named = days(zone), _period(grouping, week_start)
    names: dict[date, str] = {}

    def key(slot: int, _: Slice | Response) -> str:
        that = day(slot)
        return names.get(that) or names.setdefault(that, named(that))

    return key


def _period(grouping: Grouping, week_start: Weekday) -> Callable[[date], str]:
    if grouping == "weekly":
        return lambda day: week_of(day, week_start)
    return month_of if grouping == "monthly" else date.isoformat


def key_of_response(response: Response, key: KeyOf) -> str:
    """The key of the row that a response belongs to."""
    return key(response.at_ms // SLOT_MS, response)


def group(slices: Iterable[Slice], key: KeyOf) -> list[Row]:
    """Rows in the order of their keys."""
    parts: dict[str, list[Slice]] = {}
    for each in slices:
        parts.setdefault(key(each.slot, each), []).append(each)
    return [_row(name, parts[name]) for name in sorted(parts)]


def _row(key: str, slices: Sequence[Slice]) -> Row:
    models: dict[str, list[Slice]] = {}
    for each in slices:
        models.setdefault(each.model, []).append(each)
    last, project = max((each.slot, each.project) for each in slices)
    return Row(
        key=key,
        amounts=add_up(slices),
        models={name: add_up(models[name]) for name in sorted(models)},
        first=min(each.slot for each in slices),
        last=last,
        project=project,
    )


def usual_order(report: str) -> Order:
    """The order of a report for which none was asked."""
    return "desc" if report in NEWEST_FIRST else "asc"


def in_order(
    rows: Sequence[Row], report: str, order: Order, which: CostName, limit: int | None
) -> list[Row]:
    """Rows as they are shown; a limit keeps the newest or largest ones, whichever the order is."""
    measure = _measure(report, order, which)
    falling = sorted(sorted(rows, key=lambda row: row.key), key=measure, reverse=True)
    kept = falling[:limit]
    return kept[::-1] if order == "asc" else kept


def _measure(report: str, order: Order, which: CostName) -> Callable[[Row], tuple[float, ...]]:
    if order == "tokens":
        return lambda row: (row.amounts.total_tokens,)
    if order == "requests":
        return lambda row: (row.amounts.requests,)
    if order == "cost" or report in BY_COST:
        # What has no price comes last, the largest of it first.
        return lambda row: (row.amounts.dollars(which) or 0.0, row.amounts.total_tokens)
    return lambda row: (row.last, row.first)
