"""Are amounts asked for in the way that gives exact totals?"""

from __future__ import annotations

import pytest

from provisioner.dashboards.queries import (
    bars_by,
    distinct,
    runnable,
    selector,
    total,
    total_by,
    total_or_proven_zero,
)


def test_a_filter_is_applied_only_to_series_that_have_its_label() -> None:
    assert selector("ledger_tokens") == (
        'ledger_tokens{user=~"$user",project=~"$project",model=~"$model"}'
    )
    assert selector("ledger_sessions") == 'ledger_sessions{user=~"$user",project=~"$project"}'


def test_a_series_that_is_not_in_the_catalogue_is_refused() -> None:
    with pytest.raises(KeyError, match="ledger_costs"):
        selector("ledger_costs")


def test_a_total_is_the_sum_of_all_amounts_in_the_range() -> None:
    assert total("ledger_commits") == (
        'sum(sum_over_time(ledger_commits{user=~"$user",project=~"$project"}[$__range]))'
    )


def test_totals_by_label_come_largest_first() -> None:
    assert total_by("ledger_lines", "type") == (
        "sort_desc(sum by (type) (sum_over_time("
        'ledger_lines{user=~"$user",project=~"$project"}[$__range])))'
    )


def test_zero_is_shown_only_beside_a_witness() -> None:
    expr = total_or_proven_zero("ledger_lines", "ledger_active_seconds")
    assert expr == f"{total('ledger_lines')} or 0 * {total('ledger_active_seconds')}"


def test_distinct_values_are_those_that_spent_something() -> None:
    assert distinct("ledger_session_requests", "session") == (
        "count(sum by (session) (sum_over_time("
        'ledger_session_requests{user=~"$user",project=~"$project"}[$__range])) > 0)'
    )


def test_a_bar_holds_the_step_that_follows_its_start() -> None:
    assert bars_by("ledger_lines", "type") == (
        "sum by (type) (sum_over_time("
        'ledger_lines{user=~"$user",project=~"$project"}[$__interval] offset -$__interval))'
    )


def test_a_runnable_query_has_grafanas_variables_replaced() -> None:
    expr = "a[$__range] b[${__interval}] offset -$__interval c[$__rate_interval]"
    assert runnable(expr, 604800, 7200, {}) == "a[604800s] b[7200s] offset -7200s c[7210s]"


def test_a_rate_interval_is_at_least_four_scrapes() -> None:
    assert runnable("[$__rate_interval]", 3600, 15, {}) == "[40s]"


def test_a_builtin_variable_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError, match="__timezone"):
        runnable("[$__timezone]", 3600, 15, {})


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        ([], '{user=~".*"}'),
        (["ann"], '{user=~"ann"}'),
        (["ann", "bob"], '{user=~"(ann|bob)"}'),
        (["a.b+c@example.com"], r'{user=~"a\\.b\\+c@example\\.com"}'),
        (["a\\b"], r'{user=~"a\\\\b"}'),
    ],
    ids=["all", "one", "two", "with regex characters", "with a backslash"],
)
def test_chosen_values_become_alternatives_of_a_regular_expression(
    chosen: list[str], text: str
) -> None:
    assert runnable('{user=~"$user"}', 3600, 15, {"user": chosen}) == text
