"""Is what crosses midnight told apart from what is missing?"""

from __future__ import annotations

import pytest

from provisioner.books.edges import Gap, gaps
from provisioner.books.sums import Cell, Sum
from provisioner.books.survey import Span
from provisioner.books.told import DAY_MS, Told
from tests.unit.books.answers import HOUR_MS, NOON_MS, UTC_ZONE, added, told

MIDNIGHT_MS = NOON_MS + 12 * HOUR_MS
SPAN = Span(since_ms=NOON_MS - 12 * HOUR_MS, settled_ms=NOON_MS + DAY_MS, now_ms=NOON_MS + DAY_MS)
ONE = Sum(1, 7152, 0.013924)
TODAY, TOMORROW = Cell("2026-08-03", "acme/widgets"), Cell("2026-08-04", "acme/widgets")


def _gaps(known: list[Told], ledger: dict[Cell, Sum]) -> dict[Cell, Gap]:
    return gaps(known, ledger, SPAN, UTC_ZONE)


def test_books_that_agree_have_no_gaps() -> None:
    assert _gaps([told(1)], {TODAY: ONE}) == {}


def test_what_is_answered_before_midnight_may_arrive_after_it() -> None:
    assert _gaps([told(1, at_ms=MIDNIGHT_MS - 1000)], {TOMORROW: ONE}) == {}


def test_what_was_answered_before_the_span_may_arrive_in_it() -> None:
    assert _gaps([told(1, at_ms=SPAN.since_ms - 1000)], {TODAY: ONE}) == {}


def test_what_was_told_since_the_ledger_was_asked_is_not_missing() -> None:
    assert _gaps([told(1, at_ms=SPAN.settled_ms + 1)], {}) == {}


def test_what_the_ledger_lacks_is_missing_on_its_day_alone() -> None:
    known = [told(1), told(2, at_ms=NOON_MS + DAY_MS - 1)]
    assert _gaps(known, {TOMORROW: ONE}) == {TODAY: Gap(*ONE)}


def test_what_the_ledger_has_too_much_is_told() -> None:
    found = _gaps([told(1)], {TODAY: Sum(2, 14304, 0.027848)})
    assert found == {TODAY: pytest.approx((-1, -7152, -0.013924))}


def test_what_was_added_stands_at_its_own_time_and_is_never_late() -> None:
    late = added(1, at_ms=MIDNIGHT_MS - 1000)
    assert _gaps([late], {TOMORROW: ONE}) == {TODAY: Gap(*ONE), TOMORROW: Gap(-1, -7152, -0.013924)}


def test_costs_that_differ_by_a_rounding_are_equal() -> None:
    assert _gaps([told(1)], {TODAY: Sum(1, 7152, 0.013924 + 1e-9)}) == {}
