"""Do transcripts, Loki and the ledger agree, day by day and project by project?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisioner.books.edges import Gap, gaps
from provisioner.books.match import Pair, tokens
from provisioner.books.names import Names
from provisioner.books.reasons import Past, Reason
from provisioner.books.sums import (
    NOTHING,
    Cell,
    Sum,
    by_cell,
    day_of,
    minus,
    of_response,
    of_told,
    plus,
    total,
)
from provisioner.books.survey import Span, Survey
from provisioner.books.told import Told
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import Response

CENT_FRACTION = 1e-6
"""Costs that differ by less are equal: sums of floats, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A day of a project: what the transcripts have, what Loki has of it, and the ledger's sums.

    `live` was told by the client, `added` by us, and `beside` has no transcript: it is no part of
    `transcripts`, but of the ledger. `missing` is in no book. `gap` is what the ledger has too
    little (or too much, if negative) for what Loki has been told.
    """

    day: str
    project: str
    transcripts: Sum
    live: Sum
    added: Sum
    beside: Sum
    missing: Sum
    reasons: Mapping[Reason, int]
    ledger: Sum
    gap: Gap

    @property
    def agrees(self) -> bool:
        return not self.missing.requests and self.gap.is_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All days and projects, and what is said once for all of them.

    `untold` are calls without a transcript of their kind (titles and the like) or session;
    `repriced` is what the client's estimates are more than today's list, of as many answers.
    """

    rows: Sequence[Row]
    untold: Mapping[str, Sum]
    repriced: Sum
    differing: Sum
    twice: int
    unsummed: int
    held_back: int
    too_recent: int
    too_old: int
    unpriced: int

    @property
    def agrees(self) -> bool:
        wrong = (self.twice, self.unsummed, self.held_back, self.differing.requests)
        return not any(wrong) and all(row.agrees for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rows are made of: who is who, the ledger's sums, what was when, and whose clocks."""

    names: Names
    past: Past
    ledger: Mapping[Cell, Sum]
    zone: Zone


def reconcile(found: Survey, known: Known) -> Reconciliation:
    """Compare what was found."""
    pairs = [*found.match.live, *found.match.added]
    own = [each for each in pairs if each.response.at_ms >= found.span.since_ms]
    alone = [each for each in found.match.alone if each.at_ms >= found.span.since_ms]
    lacking = [*found.missing, *found.held_back]
    told = [each.told for each in pairs] + list(found.match.alone)
    return Reconciliation(
        rows=_rows(_columns(found, known, own, alone), lacking, known, told, found.span),
        untold=_untold(alone, {each.response.session for each in pairs}),
        repriced=_repriced(own),
        differing=total(of_response(each.response) for each in own if _differs(each)),
        twice=len(found.match.twice),
        unsummed=len(found.unsummed),
        held_back=len(found.held_back),
        too_recent=found.too_recent,
        too_old=found.too_old,
        unpriced=sum(each.cost is None for each in [*lacking, *(each.response for each in own)]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Sums by day and project."""

    transcripts: Mapping[Cell, Sum]
    live: Mapping[Cell, Sum]
    added: Mapping[Cell, Sum]
    beside: Mapping[Cell, Sum]


def _columns(found: Survey, known: Known, own: Sequence[Pair], alone: Sequence[Told]) -> _Columns:
    """Both sides of a pair stand on the response's day, so that midnight parts none."""

    def of_pair(pair: Pair) -> Cell:
        return Cell(day_of(pair.response.at_ms, known.zone), pair.told.project)

    def of_alone(told: Told) -> Cell:
        return Cell(day_of(told.at_ms, known.zone), told.project)

    again = {id(each.told) for each in found.match.twice}
    once = (each for each in own if id(each.told) not in again)
    by_origin = {
        origin: by_cell(
            (each for each in own if each.told.origin == origin),
            of_pair,
            lambda each: of_told(each.told),
        )
        for origin in ("live", "transcript")
    }
    return _Columns(
        transcripts=by_cell(once, of_pair, lambda each: of_response(each.response)),
        live=by_origin["live"],
        added=by_origin["transcript"],
        beside=by_cell(alone, of_alone, of_told),
    )


def _rows(
    columns: _Columns,
    lacking: Sequence[Response],
    known: Known,
    told: Sequence[Told],
    span: Span,
) -> Sequence[Row]:
    def of_missing(response: Response) -> Cell:
        return Cell(day_of(response.at_ms, known.zone), known.names.of(response).project)

    missing = by_cell(lacking, of_missing, of_response)
    reasons: dict[Cell, Counter[Reason]] = {}
    for each in lacking:
        reasons.setdefault(of_missing(each), Counter())[known.past.reason(each)] += 1
    between = gaps(told, known.ledger, span, known.zone)
    found = {*columns.live, *columns.added, *columns.beside, *missing, *known.ledger}
    return [
        Row(
            day=cell.day,
            project=cell.project,
            transcripts=plus(columns.transcripts.get(cell, NOTHING), missing.get(cell, NOTHING)),
            live=columns.live.get(cell, NOTHING),
            added=columns.added.get(cell, NOTHING),
            beside=columns.beside.get(cell, NOTHING),
            missing=missing.get(cell, NOTHING),
            reasons=reasons.get(cell, {}),
            ledger=known.ledger.get(cell, NOTHING),
            gap=between.get(cell, Gap()),
        )
        for cell in sorted(found)
    ]


def _untold(alone: Iterable[Told], sessions: set[str]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for each in alone:
        kind = "calls that leave no transcript" if each.session in sessions else "other sessions"
        sums[kind] = total((sums.get(kind, NOTHING), of_told(each)))
    return sums


def _repriced(pairs: Iterable[Pair]) -> Sum:
    differences = (
        minus(of_told(each.told), of_response(each.response))
        for each in pairs
        if each.told.origin == "live" and each.response.cost is not None
    )
    found = [each for each in differences if abs(each.cost_usd) > CENT_FRACTION]
    return Sum(len(found), 0, total(found).cost_usd)


def _differs(pair: Pair) -> bool:
    return pair.told.tokens != tokens(pair.response)
