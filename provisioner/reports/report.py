"""How is a question answered? All reports ask one reader, so that all of their totals agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from provisioner.errors import NoData
from provisioner.live.limits import Limits
from provisioner.reports.allowance import allowance
from provisioner.reports.amounts import CostName, total
from provisioner.reports.blocks import as_utc, block_key, block_starts, blocks
from provisioner.reports.calendar import Weekday
from provisioner.reports.document import Json, Report
from provisioner.reports.rows import (
    Grouping,
    KeyOf,
    Order,
    Row,
    group,
    in_order,
    key_of,
)
from provisioner.reports.wording import few
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import SLOT_MS, Coverage, Query, Response, Slice

ReportName = Literal[Grouping, "blocks"]

_MOST_NAMED = 8


class Reader(Protocol):
    """What reports read from: `transcripts.usage.Usage`, once it is open."""

    @property
    def coverage(self) -> Coverage: ...

    def slices(self, query: Query) -> Sequence[Slice]: ...

    def responses(self, query: Query) -> Iterator[Response]: ...

    def unpriced(self, query: Query) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for, and how it is to be put together; `told` are the plan's limits."""

    report: ReportName
    query: Query
    zone: Zone
    now_ms: int
    week_start: Weekday = "monday"
    which: CostName = "tokens"
    order: Order = "asc"
    limit: int | None = None
    told: Limits | None = None


def answer(usage: Reader, question: Question) -> Report:
    """The report that was asked for; without rows when there is nothing of the kind."""
    rows = _rows(usage, question)
    shown = in_order(rows, question.report, question.order, question.which, question.limit)
    return Report(
        name=question.report,
        timezone=question.zone.name,
        rows=shown,
        totals=total(row.amounts for row in rows),
        coverage=usage.coverage,
        unpriced=usage.unpriced(question.query),
        hidden_rows=len(rows) - len(shown),
        extra=_extra(question, rows),
    )


def _extra(question: Question, rows: Sequence[Row]) -> Json:
    if question.report != "blocks":
        return {}
    return {"limits": allowance(question.told, rows, question.now_ms)}


def _rows(usage: Reader, question: Question) -> list[Row]:
    key = row_keys(usage, question)
    if question.report != "blocks":
        return group(usage.slices(question.query), key)
    now_ms = question.now_ms
    past, future = until(question.query, now_ms + 1), since(question.query, now_ms + 1)
    return blocks(usage.slices(past), usage.slices(future), key, now_ms)


def row_keys(usage: Reader, question: Question) -> KeyOf:
    """What tells the row of an entry, for this question."""
    if question.report != "blocks":
        return key_of(question.report, question.zone, question.week_start)
    everything = usage.slices(Query())
    return block_key(block_starts(each.slot for each in everything))


def since(query: Query, at_ms: int) -> Query:
    """What is asked for, from a moment on."""
    return replace(query, since_ms=max(at_ms, query.since_ms or at_ms))


def until(query: Query, at_ms: int) -> Query:
    """What is asked for, before a moment."""
    return replace(query, until_ms=min(at_ms, query.until_ms or at_ms))


def with_whole_names(usage: Reader, query: Query) -> Query:
    """The query with the models that are meant: `opus` means all with that in their name."""
    if not query.models:
        return query
    known = {each.model for each in usage.slices(replace(query, models=()))}
    meant = {model for asked in query.models for model in _meant(asked, known)}
    return replace(query, models=sorted(meant or query.models))


def _meant(asked: str, known: set[str]) -> set[str]:
    return {asked} & known or {model for model in known if asked.lower() in model.lower()}


def no_data(usage: Reader, query: Query) -> NoData:
    """Why a report has no rows: no transcripts at all, or none of what was asked for."""
    coverage = usage.coverage
    roots = [str(root) for root in coverage.roots]
    if not coverage.responses:
        return NoData(
            f"no usage was found in {few('file', coverage.files)}; looked in",
            roots or ["no folder: none of those that the client uses is there"],
            "use Claude Code once, or set CLAUDE_CONFIG_DIR to the folder of its transcripts",
        )
    everything = usage.slices(Query())
    first, last = (as_utc(each(everything).slot * SLOT_MS)[:10] for each in (min, max))
    names = {
        "projects": sorted({each.project for each in everything}) if query.projects else [],
        "models": sorted({each.model for each in everything}) if query.models else [],
    }
    return NoData(
        f"of {few('response', coverage.responses)}, from {first} to {last} (UTC), "
        "none is what was asked for; looked in",
        [*roots, *(_some(what, known) for what, known in names.items() if known)],
        "ask for more: --since, --until, --project and --model narrow a report",
    )


def _some(what: str, names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"{what} there are: {', '.join(names[:_MOST_NAMED])}{rest}"
