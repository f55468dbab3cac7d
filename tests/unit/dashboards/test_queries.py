"""Are amounts asked for in the way that gives exact totals?"""

from __future__ import annotations

import pytest

from provisioner.dashboards import queries
from provisioner.dashboards.queries import of, runnable

COMMITS = of("ledger_commits")
NARROWED = 'user=~"$user",team=~"$team",project=~"$project",origin=~"$origin"'
COMMITTED = f"sum_over_time(ledger_commits{{{NARROWED}}}[$__range])"
BEFORE = f"sum_over_time(ledger_commits{{{NARROWED}}}[$__range] offset $__range)"
WITH_MODEL = 'user=~"$user",team=~"$team",project=~"$project",model=~"$model",origin=~"$origin"'


def test_a_filter_is_applied_only_to_series_that_have_its_label() -> None:
    assert queries.total(of("ledger_tokens")) == (
        f"sum(sum_over_time(ledger_tokens{{{WITH_MODEL}}}[$__range]))"
    )
    assert queries.total(COMMITS) == f"sum({COMMITTED})"


def test_a_quotient_is_narrowed_only_by_filters_that_both_sides_have() -> None:
    cost = f"sum_over_time(ledger_cost_usd{{{NARROWED}}}[$__range])"
    assert queries.mean(of("ledger_cost_usd"), COMMITS) == f"sum ({cost}) / (sum ({COMMITTED}) > 0)"


def test_labels_are_chosen_by_one_value_or_one_of_several() -> None:
    one = queries.total(of("ledger_session_cost_usd", session="a"))
    several = queries.total(of("ledger_session_cost_usd", session=("a", "b")))
    assert 'session="a",' in one
    assert 'session=~"a|b",' in several


def test_a_series_that_is_not_in_the_catalogue_is_refused() -> None:
    with pytest.raises(KeyError, match="ledger_costs"):
        queries.total(of("ledger_costs"))


def test_the_range_before_is_as_long_and_ends_where_the_range_begins() -> None:
    assert queries.total_before(COMMITS) == f"sum({BEFORE})"
    assert queries.distinct_before(COMMITS, "user") == (f"count(sum by (user) ({BEFORE}) > 0)")


def test_totals_by_labels_come_largest_first() -> None:
    assert queries.total_by(COMMITS, "user") == f"sort_desc(sum by (user) ({COMMITTED}))"
    assert queries.top_by(5, COMMITS, "user", "team") == (
        f"sort_desc(topk(5, sum by (user, team) ({COMMITTED})))"
    )


def test_zero_is_shown_only_beside_a_witness() -> None:
    expr = queries.or_proven_zero("x", COMMITS)
    assert expr == f"x or 0 * {queries.total(COMMITS)}"


def test_distinct_values_are_those_that_spent_something() -> None:
    assert queries.distinct(COMMITS, "user") == f"count(sum by (user) ({COMMITTED}) > 0)"


def test_a_share_by_label_is_zero_where_there_is_a_whole_and_no_part() -> None:
    by = f"sum by (user) ({COMMITTED})"
    assert queries.share_by(COMMITS, COMMITS, "user") == f"({by} or 0 * {by}) / ({by} > 0)"


def test_a_bar_holds_the_step_that_follows_its_start() -> None:
    assert queries.bars_by(COMMITS, "user") == (
        f"sum by (user) (sum_over_time(ledger_commits{{{NARROWED}}}"
        "[$__interval] offset -$__interval))"
    )


def test_what_has_come_together_is_the_sum_of_the_ranges_bars() -> None:
    bars = queries.bars_by(COMMITS, "user")
    assert queries.cumulative_by(COMMITS, "user") == (
        f"sum_over_time(({bars} and on () (vector(time()) > ($__from - $__interval_ms) / 1000))"
        "[$__interval$__range:$__interval])"
    )


def test_a_rows_own_time_is_that_of_its_first_and_last_step_and_an_hour_around() -> None:
    spent = f"sum_over_time(ledger_commits{{{NARROWED}}}[$__interval])"
    seen = f"(sum by (user) ({spent}) * 0 + time())"
    steps = "[$__range:$__interval]"
    assert queries.seen_from(COMMITS, "user") == (
        f"(min_over_time({seen}{steps}) or {seen}) * 1000 - $__interval_ms - 3600000"
    )
    assert queries.seen_until(COMMITS, "user") == (
        f"({seen} or max_over_time({seen}{steps})) * 1000 + 3600000"
    )


def test_a_quantile_keeps_the_bounds_until_the_last() -> None:
    buckets = of("ledger_api_seconds_bucket")
    assert queries.quantile_by(0.95, buckets, "model").startswith(
        "histogram_quantile(0.95, sum by (le, model) (sum_over_time(ledger_api_seconds_bucket{"
    )


def test_a_runnable_query_has_grafanas_variables_replaced() -> None:
    expr = "a[$__range] b[${__interval}] offset -$__interval c[$__rate_interval] $__range_s"
    assert runnable(expr, 604800, 7200, {}) == ("a[604800s] b[2h] offset -2h c[7210s] 604800")


def test_a_limit_of_a_plan_counts_until_it_starts_anew() -> None:
    name, who = "claude_otel_plan_limit", '{user=~"$user"}'
    by = "by (window, user)"
    assert queries.plan_limits() == (
        f"sort_desc(max {by} ({name}_used_ratio{who}) and on (window, user) "
        f"(max {by} ({name}_resets_at_seconds{who}) > time()))"
    )


def test_a_step_is_written_as_grafana_does() -> None:
    assert [runnable("$__interval", 1, step, {}) for step in (15, 60, 5400, 86400)] == [
        "15s",
        "1m",
        "90m",
        "1d",
    ]


def test_the_start_of_the_range_is_in_milliseconds() -> None:
    assert runnable("$__from $__interval_ms", 3600, 60, {}, start=1700000000.25) == (
        "1700000000250 60000"
    )


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
