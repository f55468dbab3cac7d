"""Every query of every panel shows what the client, the scripts and the records say.

The real client runs with several models, projects, tools, failures, retries, subagents, a commit,
and edits accepted and refused; what it cannot be made to do here is fed (see fed.py). All records
are written down before the stack sees them, those of the client are held against its own results,
and every query against them. One runtime is enough: both start the same engines with the same
configuration, and test_totals holds the ledger in both.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.model import FILTERS, Dashboard
from provisioner.dashboards.panels import Panel, Query, Ranking, Stat, Table
from tests.stack import fed, scenarios
from tests.stack.asking import SECOND_NS, Desk, Span
from tests.stack.books import Books, eventually
from tests.stack.client import prepare_repository
from tests.stack.facts import facts_of, happenings_of
from tests.stack.messages_api import MessagesApi
from tests.stack.panels import PANELS
from tests.stack.past import store_past
from tests.stack.recorder import recording
from tests.stack.runs import TOLERANCE, Run, Runner, pass_marker
from tests.stack.scenarios import Scenario
from tests.stack.stacks import TestStack, prepare_stack
from tests.stack.truth import Answer, Truth, of

STEP_SECONDS = 60
PAST_SECONDS = 30
"""How long before the range its past was."""

RUNS: tuple[tuple[str, str, Scenario], ...] = (
    ("platform", "acme/widgets.js", scenarios.tools()),
    ("platform", "acme/widgets.js", scenarios.refused_edit()),
    ("platform", "acme/gears", scenarios.background_agent()),
    ("research", "acme/gears", scenarios.subagent()),
    ("research", "tools/bench", scenarios.overloaded()),
    ("research", "tools/bench", scenarios.hopeless()),
)
"""Team, project, and what the client does there."""

CHOICES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "everything": {},
    "a user": {"user": [fed.ADA.email]},
    "a team": {"team": ["research"]},
    "a project": {"project": ["acme/widgets.js"]},
    "a project where nothing works": {"project": [fed.LINUS.project]},
    "two projects": {"project": [fed.GRACE.project, "tools/bench"]},
    "a model": {"model": [fed.OPUS]},
    "an origin": {"origin": ["transcript"]},
    "one of each": {
        "user": [fed.ADA.email],
        "team": ["platform"],
        "project": ["acme/widgets.js"],
        "model": [fed.OPUS],
        "origin": ["live"],
    },
    "a session": {"session": ["ada-1"]},
    "a prompt": {"prompt": ["prompt-2"]},
    "a tool": {"tool": ["Bash"]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the stack is asked with, what must come out, and what the client went through."""

    desk: Desk
    truth: Truth
    runs: Sequence[Run]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, api: MessagesApi) -> Iterator[Evidence]:
    """A stack of this module's own, so that All means all of what was sent here."""
    stack = prepare_stack(tmp_path_factory.mktemp("panels"), "native")
    stack.succeed("up")
    start = int(time.time()) // STEP_SECONDS * STEP_SECONDS
    with recording(stack.door.http_url) as recorder:
        past = store_past(stack, recorder.url, start - PAST_SECONDS)
        runs = _run_all(stack, api, tmp_path_factory.mktemp("runs"), recorder.url)
        fed.feed(recorder.url)
        records = recorder.records
    _wait_for_the_last(stack)
    end = int(time.time() // STEP_SECONDS + 1) * STEP_SECONDS
    span = Span(start=start, end=end, step=STEP_SECONDS)
    happenings = list(happenings_of(records))
    truth = Truth(
        facts=list(facts_of(each for each in records if each.at_ns > start * SECOND_NS)),
        facts_before=past,
        happenings=[each for each in happenings if each.at_ns > start * SECOND_NS],
        happenings_before=[each for each in happenings if each.at_ns <= start * SECOND_NS],
        seconds=span.seconds,
        step=span.step,
        end=span.end,
    )
    desk = Desk(prometheus=stack.prometheus, loki=stack.loki, span=span)
    yield Evidence(desk=desk, truth=truth, runs=runs)
    stack.succeed("clean", "--yes")


def _run_all(stack: TestStack, api: MessagesApi, folder: Path, recorder: str) -> list[Run]:
    def run(case: tuple[int, tuple[str, str, Scenario]]) -> Run:
        number, (team, project, scenario) = case
        runner = Runner(
            api=api,
            books=Books(stack=stack, project=project),
            folder=folder / str(number),
            prepare=lambda at: prepare_repository(at, origin=f"https://github.com/{project}.git"),
        )
        return runner.run(
            scenario,
            OTEL_EXPORTER_OTLP_PROTOCOL="http/json",
            OTEL_EXPORTER_OTLP_ENDPOINT=recorder,
            OTEL_RESOURCE_ATTRIBUTES=f"team={team}",
        )

    with ThreadPoolExecutor(len(RUNS)) as pool:
        return list(pool.map(run, enumerate(RUNS)))


def _wait_for_the_last(stack: TestStack) -> None:
    """Events and counters pass the spool in two orders of their own; each has a last one."""
    pulls = "sum(sum_over_time(ledger_pull_requests[1h]))"
    eventually(lambda: stack.prometheus.total(pulls), fed.LAST_COUNT.value)
    pass_marker(stack)


def _named(panel: Panel) -> dict[str, Query]:
    """A panel's queries by what tells them apart: a column's title, or a legend's words."""
    if isinstance(panel, Table):
        return {column.title: column.query for column in panel.columns}
    return {"" if "{{" in each.legend else each.legend: each for each in panel.questions}


def test_every_query_of_every_panel_is_held_to_a_truth() -> None:
    shown = {
        board.name: {panel.title: set(_named(panel)) for panel in board.panels()}
        for board in DASHBOARDS
    }
    held = {
        board: {title: set(queries) for title, queries in panels.items()}
        for board, panels in PANELS.items()
    }
    assert held == shown


def test_the_clients_records_say_what_its_results_and_the_scripts_say(evidence: Evidence) -> None:
    for run in evidence.runs:
        session = of("session cost", session=run.result.session_id)
        assert sum(evidence.truth.sums(session).values()) == pytest.approx(
            run.result.total_cost_usd, abs=TOLERANCE
        )


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
@pytest.mark.parametrize("choice", CHOICES)
def test_every_query_of_every_panel_shows_the_truth(
    evidence: Evidence, board: Dashboard, choice: str
) -> None:
    offered = {*(each.label for each in FILTERS), *(text.name for text in board.texts)}
    chosen = {name: each for name, each in CHOICES[choice].items() if name in offered}
    truth = replace(evidence.truth, chosen=chosen)
    wrong = {}
    for panel in board.panels():
        for name, query in _named(panel).items():
            said = evidence.desk.ask(panel, query, chosen)
            expected = PANELS[board.name][panel.title][name](truth)
            if differences := _differences(said, expected):
                wrong[panel.title, name] = differences
            if isinstance(panel, Stat | Ranking) and isinstance(said, dict):
                assert list(said.values()) == sorted(said.values(), reverse=True), panel.title
    assert wrong == {}


def _differences(said: Answer | list[str], expected: Answer | list[str]) -> list[str]:
    """What is said and should not be, and what is not said; equal numbers are not told."""
    if isinstance(said, list) or isinstance(expected, list):
        too_much, too_little = Counter(said) - Counter(expected), Counter(expected) - Counter(said)
        return [f"+ {each}" for each in too_much] + [f"- {each}" for each in too_little]
    return [
        f"{key}: {said.get(key)} instead of {expected.get(key)}"
        for key in {**said, **expected}
        if said.get(key) != pytest.approx(expected.get(key), rel=TOLERANCE, abs=TOLERANCE)
    ]
