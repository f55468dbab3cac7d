"""Bars add up to the stat beside them, and the client's own counters are there for other boards.

What every panel shows is held to the truth in test_panels.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.panels import Bars, Kind, Query, Source, Stat
from provisioner.dashboards.queries import runnable
from provisioner.errors import BackendError
from provisioner.telemetry import COUNTERS
from provisioner.verify import ask
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.runs import TOLERANCE, Runner, assert_books_equal
from tests.stack.stacks import TestStack

HOUR_SECONDS = 3600
STEP_SECONDS = 60


def test_bars_add_up_to_the_stat_beside_them(runner: Runner) -> None:
    run = runner.run(scenarios.subagent())
    assert_books_equal(runner.books, [run])
    end = int(time.time() // STEP_SECONDS + 1) * STEP_SECONDS
    start = end - HOUR_SECONDS
    prometheus = runner.books.stack.prometheus
    bars = prometheus.query_range(
        _filtered(runner, _query_of("Cost by Model", Bars), start), start, end, STEP_SECONDS
    )
    stat = prometheus.total(
        _filtered(runner, _query_of("Total Cost by Model", Stat), start), at=end
    )
    cost = run.result.total_cost_usd
    assert (sum(bar.value for bar in bars), stat) == pytest.approx(
        (cost, cost), rel=0, abs=TOLERANCE
    )


@pytest.mark.parametrize("kind", [Kind.INSTANT, Kind.RANGE])
def test_questions_to_loki_are_asked_of_loki(stack: TestStack, kind: Kind) -> None:
    events = '{service_name="claude-code", event_name="tool_result"} | tool_name="Bash"'
    numbers = Query(expr=f"sum(count_over_time({events}[$__range]))", kind=kind, source=Source.LOKI)
    ask(numbers, stack.prometheus, stack.loki)
    text = Query(expr=events, kind=Kind.EVENTS, source=Source.LOKI)
    ask(text, stack.prometheus, stack.loki)
    wrong = replace(numbers, expr=f"rate({events})")
    with pytest.raises(BackendError, match="syntax error"):
        ask(wrong, stack.prometheus, stack.loki)


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


def _query_of(title: str, kind: type[Bars | Stat]) -> Query:
    (panel,) = (each for each in DASHBOARDS[0].panels() if each.title == title)
    assert isinstance(panel, kind)
    return panel.questions[0]


def _filtered(runner: Runner, query: Query, start: int) -> str:
    variables = {"project": [runner.books.project]}
    return runnable(query.expr, HOUR_SECONDS, STEP_SECONDS, variables, start)
