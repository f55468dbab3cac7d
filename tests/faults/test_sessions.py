"""The real client: one session in several processes, counters of two kinds, a door that is shut."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.engines import away, wait_until
from tests.faults.table import Row
from tests.faults.traffic import settled, traffic
from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.client import ClientResult
from tests.stack.desk import DISAGREE, Desk, missing, open_desk
from tests.stack.runs import TOLERANCE, Runner, assert_books_equal, pass_marker

CUMULATIVE = {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative"}
PATIENT = {"CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS": "20000"}
"""What a client on a busy machine cannot hand over within two seconds would be its own loss."""


@pytest.fixture
def desk(runner: Runner, tmp_path: Path) -> Desk:
    return open_desk(runner, tmp_path)


def test_a_session_in_a_new_process_and_in_two_at_once_is_counted_once(
    desk: Desk, rows: list[Row]
) -> None:
    """Whoever takes up a session goes on with its total: both count what was before them."""
    scenario = scenarios.taken_up()
    desk.api.register(*scenario.scripts)
    first = desk.ask(scenario.prompts[0].text, **PATIENT)

    def go_on(text: str) -> ClientResult:
        return desk.ask(text, "--resume", first.session_id, **PATIENT)

    resumed = go_on("Go on.")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(go_on, ("And?", "Or?")))
    assert {each.session_id for each in (resumed, *both)} == {first.session_id}
    before = resumed.total_cost_usd
    cost = before + sum(each.total_cost_usd - before for each in both)
    # Both are given the last answer that the scenario has.
    count = scenario.expected.api_requests + len(both) - 1
    _assert_exact(desk, cost, count)
    rows.append(_row("a session resumed, and twice at once", desk.books, count))


def test_money_and_tokens_are_exact_with_counters_of_both_kinds_at_once(
    runner: Runner, rows: list[Row]
) -> None:
    books = runner.books
    with traffic(books.stack, clients=3) as work, ThreadPoolExecutor(3) as pool:
        kinds: tuple[Mapping[str, str], ...] = ({}, CUMULATIVE, CUMULATIVE)
        runs = list(pool.map(lambda env: runner.run(scenarios.tools(), **env), kinds))
    assert_books_equal(books, runs)
    account = settled(books.stack, work)
    assert account.lost == account.twice == []
    count = sum(run.scenario.expected.api_requests for run in runs)
    rows.append(_row("cumulative clients beside a delta one", books, count))


def test_what_a_client_cannot_hand_over_at_its_exit_is_named_and_can_be_added(
    desk: Desk, rows: list[Row]
) -> None:
    """The loss is the client's; nobody but its transcript knows of it."""
    scenario = scenarios.tools()
    desk.api.register(*scenario.scripts)
    with away(desk.stack, "collector"):
        # That it is away is known by a scrape that failed.
        eventually(lambda: desk.stack.prometheus.total('up{job="collector"}'), 0)
        result = desk.ask(scenario.prompts[0].text)
    wait_until(lambda: desk.stack.run("status").code == 0)
    pass_marker(desk.stack)
    count = scenario.expected.api_requests
    assert desk.totals()["requests"] == 0
    code, said = desk.reconcile()
    assert (code, missing(said)) == (DISAGREE, {"stack down": count})
    rows.append(_row("collector away while a client exits", desk.books, count, lost=0))
    desk.reconcile("--repair")
    _assert_exact(desk, result.total_cost_usd, count)
    rows.append(_row("the same, after reconcile --repair", desk.books, count))


def _assert_exact(desk: Desk, cost: float, requests: int) -> None:
    expected = pytest.approx(
        {
            "cost": cost,
            "cost in loki": cost,
            "cost of sessions": cost,
            "requests": requests,
            "requests in loki": requests,
        },
        rel=0,
        abs=TOLERANCE,
    )
    eventually(desk.totals, expected)
    pass_marker(desk.stack)
    assert desk.totals() == expected


def _row(fault: str, books: Books, sent: int, lost: int | None = None) -> Row:
    found = int(books.total("ledger_api_requests", outcome="ok"))
    in_loki = books.loki_count("api_request")
    return Row(
        fault=f"{fault} ({books.stack.runtime})",
        sent=sent,
        acknowledged=None,
        in_prometheus=found,
        in_loki=in_loki,
        lost=max(0, sent - min(found, in_loki)) if lost is None else lost,
        twice=max(0, max(found, in_loki) - sent),
    )
