"""Do disagreements stand out, and nothing else?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisioner.books.edges import Gap
from provisioner.books.match import match
from provisioner.books.names import Names, learned
from provisioner.books.reasons import Past
from provisioner.books.reconcile import Known, Reconciliation, reconcile
from provisioner.books.sums import Cell, Sum
from provisioner.books.survey import Span, Survey
from provisioner.books.told import DAY_MS, Told
from provisioner.transcripts.model import Response
from tests.unit.books.answers import HOUR_MS, NOON_MS, UTC_ZONE, added, response, told

SPAN = Span(since_ms=NOON_MS - HOUR_MS, settled_ms=NOON_MS + DAY_MS, now_ms=NOON_MS + DAY_MS)
ONE = Sum(1, 7152, 0.013924)
TODAY = Cell("2026-08-03", "acme/widgets")


def compared(
    responses: Sequence[Response],
    known: Sequence[Told],
    ledger: Mapping[Cell, Sum],
    unsummed: Sequence[Told] = (),
) -> Reconciliation:
    """What comes out of answers on both sides."""
    matched = match(responses, known)
    survey = Survey(
        span=SPAN,
        heard_ms=SPAN.now_ms,
        match=matched,
        missing=matched.missing,
        held_back=(),
        unsummed=unsummed,
        taken=frozenset(),
        too_recent=0,
        too_old=0,
    )
    names: Names = learned(matched.live, lambda _: ("ann@example.org", "core"))
    past = Past(since_ms=0, scrapes=[(NOON_MS, True)], heard={})
    return reconcile(survey, Known(names=names, past=past, ledger=ledger, zone=UTC_ZONE))


def test_books_that_know_the_same_agree() -> None:
    found = compared([response(1)], [told(1)], {TODAY: ONE})
    (row,) = found.rows
    assert found.agrees
    assert (row.transcripts, row.live, row.ledger, row.missing) == (ONE, ONE, ONE, Sum())


def test_what_nobody_told_is_a_disagreement_with_its_reason() -> None:
    found = compared([response(1), response(2)], [told(1)], {TODAY: ONE})
    (row,) = found.rows
    assert not found.agrees
    assert (row.missing, row.reasons, row.project) == (ONE, {"telemetry off": 1}, "acme/widgets")
    assert row.transcripts == Sum(2, 14304, 0.027848)


def test_what_was_added_counts_as_known() -> None:
    found = compared([response(1)], [added(1)], {TODAY: ONE})
    (row,) = found.rows
    assert (found.agrees, row.added, row.live) == (True, ONE, Sum())


def test_an_entry_without_amounts_is_a_disagreement() -> None:
    found = compared([response(1)], [added(1)], {}, [added(1)])
    assert (found.agrees, found.unsummed, found.rows[0].gap) == (False, 1, Gap(*ONE))


def test_an_answer_that_is_there_twice_is_a_disagreement_and_counts_once_in_transcripts() -> None:
    found = compared([response(1)], [told(1), added(1)], {TODAY: Sum(2, 14304, 0.027848)})
    assert (found.agrees, found.twice, found.rows[0].transcripts) == (False, 1, ONE)


def test_calls_without_a_transcript_are_a_line_of_their_own() -> None:
    title = told(7, source="auxiliary", tokens=(1, 2, 3, 4))
    stranger = told(8, session="elsewhere", tokens=(1, 2, 3, 4))
    ledger = {TODAY: Sum(3, 7172, 3 * 0.013924)}
    found = compared([response(1)], [told(1), title, stranger], ledger)
    assert found.agrees
    assert {kind: each.requests for kind, each in found.untold.items()} == {
        "calls that leave no transcript": 1,
        "other sessions": 1,
    }
    assert found.rows[0].beside.requests == 2


def test_another_price_list_is_a_line_of_its_own() -> None:
    dearer = told(1, cost_usd=0.023924)
    found = compared([response(1)], [dearer], {TODAY: Sum(1, 7152, 0.023924)})
    assert (found.agrees, found.repriced.requests) == (True, 1)
    assert round(found.repriced.cost_usd, 9) == 0.01


def test_other_tokens_are_a_disagreement() -> None:
    fewer = told(1, tokens=(101, 50, 5000, 2000))
    found = compared([response(1)], [fewer], {TODAY: Sum(1, 7151, 0.013924)})
    assert (found.agrees, found.differing.requests) == (False, 1)


def test_what_is_older_than_the_span_is_left_out() -> None:
    early = NOON_MS - 2 * HOUR_MS
    found = compared([response(1, at_ms=early)], [told(1, at_ms=early)], {})
    assert (found.agrees, list(found.rows)) == (True, [])


def test_an_unpriced_answer_is_counted_as_such() -> None:
    found = compared([response(1, cost=None)], [told(1)], {TODAY: ONE})
    assert (found.agrees, found.unpriced, found.repriced) == (True, 1, Sum())
