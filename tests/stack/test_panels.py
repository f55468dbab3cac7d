"""Every query of every panel shows what the client, the scripts and the records say.

All records are written down before the stack sees them (truth/recorder.py), those of the real
client are held against its own results, the scripts and git, and every query against the records:
in plain arithmetic of the tests' own (truth/arithmetic.py), panel by panel (panels/).

Stack Health is about the stack itself: see test_health.

One runtime is enough: both start the same engines with the same configuration, and test_totals
holds the ledger in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.boards.cost import cost
from provisioner.dashboards.boards.sessions import sessions
from provisioner.dashboards.model import FILTERS, Dashboard
from provisioner.dashboards.panels import (
    FROM,
    UNTIL,
    Heatmap,
    Panel,
    Query,
    Ranking,
    Stat,
    Table,
)
from provisioner.telemetry import API_SECONDS_BOUNDS
from tests.stack.messages_api import MessagesApi
from tests.stack.panels import PANELS
from tests.stack.panels.moments import MOMENTS, RESTARTS
from tests.stack.runs import TOLERANCE, truth_of
from tests.stack.stacks import prepare_stack
from tests.stack.truth import fed
from tests.stack.truth.account import account_of
from tests.stack.truth.arithmetic import Answer, of
from tests.stack.truth.evidence import Evidence, gather

HOUR_MS = 3_600_000
EXPORT_MS = 60_000
"""Longer than it takes from an event to its amount."""

CHOICES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "everything": {},
    "a user": {"user": [fed.ADA.email]},
    "a team": {"team": ["research"]},
    "a project": {"project": ["acme/widgets.js"]},
    "a project where nothing works": {"project": [fed.LINUS.project]},
    "two projects": {"project": [fed.GRACE.project, "tools/bench"]},
    # Of few requests: the twenty slowest of many would end among equals, in no order.
    "a model": {"model": [fed.HAIKU]},
    "an origin": {"origin": ["transcript"]},
    "one of each": {
        "user": [fed.ADA.email],
        "team": ["platform"],
        "project": ["acme/widgets.js"],
        "model": [fed.OPUS],
        "origin": ["live"],
    },
    "a session": {"session": [fed.ADA.session]},
    "a session of the client": {"session": ["tools"]},
    "a prompt": {"prompt": ["prompt-2"]},
    "a tool": {"tool": ["Bash"]},
}
"""What a person narrows the boards to; a scenario's name stands for the session that had it."""


BOARDS = tuple(board for board in DASHBOARDS if board.variables)
"""Those of the use of Claude Code."""


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, api: MessagesApi) -> Iterator[Evidence]:
    """A stack of this module's own, so that All means all of what was sent here."""
    stack = prepare_stack(tmp_path_factory.mktemp("panels"), "native")
    try:
        stack.succeed("up")
        yield gather(stack, api, tmp_path_factory.mktemp("clients"))
    finally:
        stack.succeed("clean", "--yes")


def _named(panel: Panel) -> dict[str, Query]:
    """A panel's queries by what tells them apart: a column's title, or a legend's words.

    Columns that are not shown are held apart.
    """
    if isinstance(panel, Table):
        return {column.title: column.query for column in panel.columns if column.is_shown}
    return {"" if "{{" in each.legend else each.legend: each for each in panel.questions}


def test_every_query_of_every_panel_is_held_to_a_truth() -> None:
    shown = {
        board.name: {panel.title: set(_named(panel)) for panel in board.panels()}
        for board in BOARDS
    }
    held = {
        board: {title: set(queries) for title, queries in panels.items()}
        for board, panels in PANELS.items()
    }
    assert held == shown


def test_the_clients_records_say_what_its_results_the_scripts_and_git_say(
    evidence: Evidence,
) -> None:
    expected = truth_of(evidence.runs)
    # A session in which nothing was answered has cost nothing, and no record of a cost; and what
    # Loki must say of a number is said of the number itself.
    known = {
        name: value for name, value in expected.items() if value and not name.endswith(" in loki")
    }
    assert account_of(evidence.of_client) == pytest.approx(known, rel=0, abs=TOLERANCE)


def test_the_clients_records_name_the_models_that_its_results_name(evidence: Evidence) -> None:
    usage = [each for run in evidence.runs for each in run.result.model_usage.items()]
    cost: dict[str, float] = {}
    for model, used in usage:
        cost[model] = cost.get(model, 0) + used.cost_usd
    assert len(cost) > 1
    said = evidence.of_client.sums(of("cost"), "model")
    assert {dict(key)["model"]: value for key, value in said.items()} == pytest.approx(
        cost, rel=0, abs=TOLERANCE
    )


def test_the_clients_records_name_the_requests_that_were_answered(
    evidence: Evidence, api: MessagesApi
) -> None:
    answered = {
        exchange.request_id
        for run in evidence.runs
        for exchange in api.successes(session_id=run.result.session_id)
    }
    requests = evidence.of_client.happened("api_request")
    assert {each.attributes["request_id"] for each in requests} == answered


def test_the_clients_records_name_the_calls_that_were_refused(evidence: Evidence) -> None:
    denied: list[str] = []
    for run in evidence.runs:
        denials = run.result.raw["permission_denials"]
        assert isinstance(denials, list)
        denied += [each["tool_use_id"] for each in denials]
    assert denied
    refused = evidence.of_client.happened("tool_decision", decision="reject")
    assert [each.attributes["tool_use_id"] for each in refused] == denied


def test_a_request_took_as_long_as_its_last_attempt(evidence: Evidence) -> None:
    (run,) = (run for run in evidence.runs if run.scenario.name == "overloaded")
    session = run.result.session_id
    (request,) = evidence.of_client.happened("api_request", session_id=session)
    with_retries = run.result.raw["duration_api_ms"]
    assert isinstance(with_retries, int)
    # It was answered at the third attempt; between attempts the client waits.
    assert float(request.attributes["duration_ms"]) < with_retries - 500


def test_a_heat_map_has_every_bucket_at_every_step(evidence: Evidence) -> None:
    """Grafana subtracts one bucket's values from the next by their place, not by their time."""
    (board,) = (board for board in DASHBOARDS if board.name == "performance")
    (panel,) = (panel for panel in board.panels() if isinstance(panel, Heatmap))
    (query,) = panel.queries
    times: dict[str, list[float]] = {}
    for sample in evidence.desk.steps(panel, query, {}):
        times.setdefault(sample.labels["le"], []).append(sample.at)
    assert times.keys() == {*API_SECONDS_BOUNDS, "+Inf"}
    assert len({tuple(each) for each in times.values()}) == 1


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
@pytest.mark.parametrize("choice", CHOICES)
def test_every_query_of_every_panel_shows_the_truth(
    evidence: Evidence, board: Dashboard, choice: str
) -> None:
    offered = {*(each.label for each in FILTERS), *(text.name for text in board.texts)}
    chosen = {
        name: [evidence.sessions.get(value, value) for value in values]
        for name, values in CHOICES[choice].items()
        if name in offered
    }
    truth = replace(evidence.truth, chosen=chosen)
    wrong = []
    for panel in board.panels():
        for name, query in _named(panel).items():
            said = evidence.desk.ask(panel, query, chosen)
            expected = PANELS[board.name][panel.title][name](truth)
            wrong += [f"{panel.title} {name}: {each}" for each in _differences(said, expected)]
            if isinstance(panel, Stat | Ranking) and isinstance(said, dict):
                assert list(said.values()) == sorted(said.values(), reverse=True), panel.title
    assert not wrong, "\n".join(wrong)


def test_a_session_is_opened_over_its_own_time(evidence: Evidence) -> None:
    """Over every event of it that the range has, and no more than steps and hours around them."""
    (table,) = (panel for panel in sessions().panels() if isinstance(panel, Table))
    moments = {column.title: column.query for column in table.columns if not column.is_shown}
    opened, closed = (evidence.desk.ask(table, moments[title], {}) for title in (FROM, UNTIL))
    assert isinstance(opened, dict)
    assert isinstance(closed, dict)
    assert opened
    assert opened.keys() == closed.keys()
    span = evidence.desk.span
    most = 2 * HOUR_MS + 2 * span.step * 1000 + EXPORT_MS
    for key in opened:
        session = dict(key)["session"]
        happened = evidence.truth.happened(session_id=session)
        times = [each.at_ns / 1e6 for each in happened if each.at_ns / 1e9 <= span.end]
        assert opened[key] < min(times) <= max(times) < closed[key], session
        assert closed[key] - opened[key] < max(times) - min(times) + most, session


def test_a_cumulative_line_is_the_sum_of_the_bars_so_far(evidence: Evidence) -> None:
    panels = {panel.title: panel for panel in cost().panels()}
    lines, bars = panels["Cumulative Cost by Model"], panels["Cost over Time"]
    steps = evidence.desk.steps(bars, bars.questions[0], {})
    points = evidence.desk.steps(lines, lines.questions[0], {})
    assert evidence.desk.span.end in {point.at for point in points}
    for point in points:
        so_far = (each for each in steps if each.labels == point.labels and each.at <= point.at)
        assert point.value == pytest.approx(sum(each.value for each in so_far), abs=TOLERANCE)


@pytest.mark.parametrize("choice", ["everything", "a user"])
def test_the_marks_of_every_board_are_the_moments(evidence: Evidence, choice: str) -> None:
    chosen = CHOICES[choice]
    truth = replace(evidence.truth, chosen=chosen)
    for board in DASHBOARDS:
        marks = {each.name: each.query for each in board.annotations}
        assert marks.pop(RESTARTS, None)
        assert marks.keys() <= MOMENTS.keys()
        for name, query in marks.items():
            assert evidence.desk.lines(query, chosen) == MOMENTS[name](truth), board.name


def test_a_restart_is_marked_when_the_engine_started(evidence: Evidence) -> None:
    (query,) = {
        each.query for board in DASHBOARDS for each in board.annotations if each.name == RESTARTS
    }
    started = evidence.desk.latest(query)
    assert {dict(key)["job"] for key in started} == {"collector", "prometheus", "loki"}
    span = evidence.desk.span
    assert all(span.start - 300 < at / 1000 < span.end for at in started.values())


def _differences(said: Answer | list[str], expected: Answer | list[str]) -> list[str]:
    """What is said and should not be, and what is not said; equal numbers are not told."""
    if isinstance(said, list) or isinstance(expected, list):
        too_much, too_little = Counter(said) - Counter(expected), Counter(expected) - Counter(said)
        return [f"+ {each}" for each in too_much] + [f"- {each}" for each in too_little]
    near = {
        key: pytest.approx(each, rel=TOLERANCE, abs=TOLERANCE) for key, each in expected.items()
    }
    return [
        f"{key}: {said.get(key)} instead of {expected.get(key)}"
        for key in {**said, **expected}
        if said.get(key) != near.get(key)
    ]
