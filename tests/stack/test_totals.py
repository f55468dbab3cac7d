"""The totals equal the client's own, whatever it does and however it sends."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.runs import Runner, assert_books_equal
from tests.stack.scenarios import Scenario

SINGLE = (
    scenarios.one_answer(),
    scenarios.tools(),
    scenarios.subagent(),
    scenarios.background_agent(),
    scenarios.overloaded(),
    scenarios.hopeless(),
)
IDLE_SECONDS = 4.0
"""Longer than two of the test's export intervals: the gap that makes counters lie elsewhere."""


@pytest.mark.parametrize("scenario", SINGLE, ids=lambda scenario: scenario.name)
def test_books_equal_the_clients_result_after_one_session(
    runner: Runner, scenario: Scenario
) -> None:
    assert_books_equal(runner.books, [runner.run(scenario)])


def test_books_equal_the_clients_results_after_five_sessions_in_parallel(runner: Runner) -> None:
    chosen = (*SINGLE[:4], scenarios.one_answer())
    with ThreadPoolExecutor(len(chosen)) as pool:
        runs = list(pool.map(runner.run, chosen))
    assert_books_equal(runner.books, runs)


def test_books_equal_the_clients_result_after_an_idle_gap(runner: Runner) -> None:
    # There is no condition to wait for: idle time itself is what this is about.
    idle = scenarios.two_prompts(partial(time.sleep, IDLE_SECONDS))
    assert_books_equal(runner.books, [runner.run(idle)])


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf", "http/json"])
def test_books_equal_the_clients_result_over_every_protocol(runner: Runner, protocol: str) -> None:
    ports = runner.books.stack.settings.ports
    port = ports.otlp_grpc if protocol == "grpc" else ports.otlp_http
    environment = {
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{port}",
    }
    assert_books_equal(runner.books, [runner.run(scenarios.tools(), **environment)])


def test_money_and_tokens_are_exact_for_a_client_with_cumulative_counters(runner: Runner) -> None:
    cumulative = {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative"}
    assert_books_equal(runner.books, [runner.run(scenarios.tools(), **cumulative)])


def test_books_equal_the_clients_results_when_the_collector_restarts_in_between(
    runner: Runner,
) -> None:
    before = runner.run(scenarios.tools())
    runner.books.stack.succeed("restart", "collector")
    after = runner.run(scenarios.subagent())
    assert_books_equal(runner.books, [before, after])


def test_books_equal_the_clients_result_when_the_collector_restarts_within_a_session(
    runner: Runner,
) -> None:
    def restart() -> None:
        # What a counter grew by is told once, a little later, and forgotten when nobody takes it in
        # time; that loss is the client's. Its session has been told before the door closes.
        eventually(lambda: runner.books.total("ledger_sessions"), 1)
        runner.books.stack.succeed("restart", "collector")

    assert_books_equal(runner.books, [runner.run(scenarios.two_prompts(restart))])
