"""Does the reader of PromQL, on which the contract rests, miss nothing?"""

from __future__ import annotations

from tests.unit.dashboards.promql import (
    grouped_by,
    legend_labels,
    selectors,
    series_of,
    variables_of,
)

EXPR = (
    "sort_desc(sum by (model, type) (sum_over_time("
    'ledger_tokens{user=~"$user",type!="a=\\"b\\""}[$__range] offset -$__interval))) '
    "or 0 * on (user) group_left ledger_lines > bool 2"
)


def test_series_are_found_with_braces_and_without() -> None:
    assert series_of(EXPR) == {"ledger_tokens", "ledger_lines"}


def test_labels_are_those_outside_of_strings() -> None:
    (selector,) = selectors(EXPR)
    assert selector.series == "ledger_tokens"
    assert selector.labels == {"user", "type"}


def test_groupings_variables_and_legends_are_read_whole() -> None:
    assert grouped_by(EXPR) == {"model", "type", "user"}
    assert variables_of(EXPR) == {"user"}
    assert legend_labels("{{model}} of {{ type }}") == {"model", "type"}
