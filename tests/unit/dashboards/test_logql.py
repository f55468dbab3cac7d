"""Are events asked for by name first, and filtered behind the braces?"""

from __future__ import annotations

from provisioner.dashboards import logql

IDENTITY = '| user=~"$user" | team=~"$team" | project=~"$project"'
CALLS = (
    f'{{service_name=~"claude-code.*", event_name=~"tool_result"}} {IDENTITY} | origin=~"$origin"'
)


def test_events_are_narrowed_by_name_in_the_braces_and_by_all_else_behind_them() -> None:
    assert logql.events("tool_result") == CALLS
    assert logql.events("tool_result", success="false") == f'{CALLS} | success=~"false"'


def test_streams_are_chosen_in_the_braces() -> None:
    chosen = logql.events("tool_result", ingest_source="transcript.*")
    assert chosen == CALLS.replace("}", ', ingest_source=~"transcript.*"}', 1)


def test_a_filter_is_applied_only_when_all_the_events_have_its_attribute() -> None:
    assert '| model=~"$model"' in logql.events("api_request", "api_error")
    assert "model" not in logql.events("api_request", "tool_result")


def test_without_names_all_events_of_the_client_are_meant() -> None:
    assert logql.events().startswith('{service_name=~"claude-code.*"} | user=~"$user"')


def test_counts_and_sums_are_of_the_range() -> None:
    assert logql.count_by("x", "a", "b") == "sum by (a, b) (count_over_time(x [$__range]))"
    assert logql.sum_by("x", "n", "a") == (
        'sum by (a) (sum_over_time(x | unwrap n | __error__="" [$__range]))'
    )


def test_the_largest_are_looked_for_in_one_day() -> None:
    assert logql.largest(3, "x", "n", "id") == (
        'topk(3, max by (id) (max_over_time(x | unwrap n | __error__="" [24h])))'
    )


def test_bars_hold_what_follows_their_time() -> None:
    step = "[$__interval] offset -$__interval"
    assert logql.bars_by("x", "a") == f"sum by (a) (count_over_time(x {step}))"
    assert logql.largest_bars_by("x", "n", "a") == (
        f'max by (a) (max_over_time(x | unwrap n | __error__="" {step}))'
    )
