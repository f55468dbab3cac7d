"""Every query of every panel answers, and what the boards total is what the client said."""

from __future__ import annotations

import time

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.panels import Kind
from provisioner.dashboards.queries import runnable
from provisioner.errors import BackendError
from provisioner.telemetry import COUNTERS
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.runs import TOLERANCE, Runner, assert_books_equal
from tests.stack.stacks import TestStack

HOUR_SECONDS = 3600
STEP_SECONDS = 60


def test_overview_totals_are_the_clients_own(runner: Runner) -> None:
    run = runner.run(scenarios.tools())
    assert_books_equal(runner.books, [run])
    expected = run.scenario.expected
    tokens = sum(
        usage.input_tokens
        + usage.output_tokens
        + usage.cache_read_tokens
        + usage.cache_write_tokens
        for usage in run.result.model_usage.values()
    )
    assert _stats(runner) == pytest.approx(
        {
            "Active Sessions": 1,
            "Total Cost": run.result.total_cost_usd,
            "Token Usage": tokens,
            "Lines of Code": expected.lines_added + expected.lines_removed,
        },
        rel=0,
        abs=TOLERANCE,
    )


def test_bars_add_up_to_the_stat_beside_them(runner: Runner) -> None:
    run = runner.run(scenarios.subagent())
    assert_books_equal(runner.books, [run])
    bars = _query_of(runner, "Cost by Model", Kind.RANGE)
    end = (time.time() // STEP_SECONDS + 1) * STEP_SECONDS
    samples = runner.books.stack.prometheus.query_range(bars, end - HOUR_SECONDS, end, STEP_SECONDS)
    total = sum(sample.value for sample in samples)
    assert total == pytest.approx(run.result.total_cost_usd, rel=0, abs=TOLERANCE)


def test_every_query_of_every_panel_answers(stack: TestStack) -> None:
    for dashboard in DASHBOARDS:
        for panel, query in dashboard.queries():
            expression = runnable(query.expr, HOUR_SECONDS, STEP_SECONDS, {})
            try:
                stack.prometheus.query(expression)
            except BackendError as error:
                pytest.fail(f"{dashboard.title}, {panel}: {error}")


def test_the_clients_own_counters_keep_their_names_and_only_known_labels(runner: Runner) -> None:
    run = runner.run(scenarios.tools())
    assert_books_equal(runner.books, [run])
    project = f'{{project="{runner.books.project}"}}'
    prometheus = runner.books.stack.prometheus
    cost = f"sum(claude_code_cost_usage_USD_total{project})"
    eventually(lambda: prometheus.total(cost), pytest.approx(run.result.total_cost_usd))
    known = {counter.prometheus_name: set(counter.labels) for counter in COUNTERS}
    scrape = {"__name__", "instance", "job"}
    selector = f'{{__name__=~"claude_code_.+",project="{runner.books.project}"}}'
    for sample in prometheus.query(selector):
        assert set(sample.labels) - scrape <= known[sample.labels["__name__"]]


def _stats(runner: Runner) -> dict[str, float]:
    overview = DASHBOARDS[0]
    prometheus = runner.books.stack.prometheus
    wanted = ("Active Sessions", "Total Cost", "Token Usage", "Lines of Code")
    return {
        panel: prometheus.total(_filtered(runner, query.expr))
        for panel, query in overview.queries()
        if panel in wanted and query.kind is Kind.INSTANT
    }


def _query_of(runner: Runner, panel: str, kind: Kind) -> str:
    found = [query for title, query in DASHBOARDS[0].queries() if panel in title]
    return next(_filtered(runner, query.expr) for query in found if query.kind is kind)


def _filtered(runner: Runner, expression: str) -> str:
    variables = {"project": [runner.books.project]}
    return runnable(expression, HOUR_SECONDS, STEP_SECONDS, variables)
