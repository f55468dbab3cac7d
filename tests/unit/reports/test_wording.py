"""Can numbers be read, and is nothing said that is not so?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.reports.amounts import NOTHING, of_response, total
from provisioner.reports.wording import (
    basis_line,
    cost,
    count,
    coverage_line,
    dollars,
    few,
    of_usd,
    short_count,
    span,
    unpriced_line,
)
from provisioner.transcripts.model import PICODOLLARS, UNREADABLE, Coverage
from tests.unit.reports.answers import PLAIN


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (0, "$0.00"),
        (0.01, "$0.01"),
        (12.344, "$12.34"),
        (12.345, "$12.35"),
        (1_234_567.891, "$1,234,567.89"),
        (0.0096, "$0.0096"),
        (0.001234, "$0.0012"),
        (0.00001, "$0.000010"),
        (0.000000000001, "$0.0000000000010"),
    ],
)
def test_dollars_have_cents_and_below_a_cent_two_digits(usd: float, words: str) -> None:
    assert dollars(round(usd * PICODOLLARS)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.00K"),
        (12_345, "12.3K"),
        (123_456, "123K"),
        (1_234_567, "1.23M"),
        (59_890_626, "59.9M"),
        (1_234_567_890, "1.23B"),
        (1_234_567_890_123, "1235B"),
    ],
)
def test_short_counts_have_three_digits(number: int, words: str) -> None:
    assert short_count(number) == words


def test_counts_are_grouped() -> None:
    assert count(1_234_567) == "1,234,567"
    assert [few("file", number) for number in (0, 1, 1_000)] == ["0 files", "1 file", "1,000 files"]


def test_a_cost_is_unknown_or_at_least_so_much_where_prices_miss() -> None:
    known, unknown = of_response(PLAIN), of_response(PLAIN._replace(cost=None, billed=None))
    assert cost(known, "tokens") == "$0.01"
    assert cost(known, "billed") == "$0.01"
    assert cost(unknown, "tokens") == "unknown"
    assert cost(total([known, unknown]), "tokens") == "≥ $0.01"
    assert cost(NOTHING, "tokens") == "$0.00"


def test_fields_in_dollars_are_shown_as_costs_are() -> None:
    assert (of_usd(0.5), of_usd(0.0), of_usd(None)) == ("$0.50", "$0.00", "")


def test_spans_are_hours_and_minutes() -> None:
    assert (span(7.9), span(125.0)) == ("7 min", "2 h 05 min")


def test_coverage_is_one_line_with_every_reason() -> None:
    coverage = Coverage(
        roots=[Path("/kim")],
        files=1,
        gone=2,
        lines=1_234,
        responses=21,
        duplicates=12,
        skipped={"synthetic": 2, "broken": 1},
        flags={"in the future": 3},
    )
    assert coverage_line(coverage) == (
        "coverage: 1 file, 1,234 lines, 21 responses; 12 duplicates merged; "
        "3 lines skipped (broken 1, synthetic 2); 2 files gone since; "
        "odd but counted (in the future 3)"
    )


def test_what_could_not_be_read_is_not_said_to_be_counted() -> None:
    coverage = Coverage(
        roots=[], files=1, gone=0, lines=1, responses=1, duplicates=0, flags={UNREADABLE: 2}
    )
    assert coverage_line(coverage).endswith("0 files gone since; 2 files unreadable")


def test_models_without_a_price_are_named() -> None:
    assert unpriced_line(["a"]) == "no price is known for a: its cost is left out of every sum"
    assert unpriced_line(["a", "b"]).startswith("no price is known for a, b: their costs are left")


def test_it_is_said_where_days_begin_and_which_cost_is_meant() -> None:
    assert basis_line("UTC", "tokens") == "times in UTC; costs are tokens at list prices"
    assert basis_line("UTC", "billed") == "times in UTC; costs are an estimate of what is billed"
