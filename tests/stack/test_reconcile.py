"""What the stack did not hear of is named, and added once, to the last digit.

The client's own `total_cost_usd` is the truth; a process that takes up a session goes on with that
session's total.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from provisioner.backends import Entry
from provisioner.dashboards.boards.quality import quality
from provisioner.dashboards.queries import runnable
from provisioner.history import write_amounts
from provisioner.ledger import Series
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import open_workspace
from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.desk import DISAGREE, Desk, missing, open_desk
from tests.stack.runs import TOLERANCE, Runner
from tests.stack.scenarios import run_scenario
from tests.unit.transcripts.lines import answer, write_transcript

ANSWERS = 8_000
PRICE = 0.013924
"""Of one answer of the history: what the client says of the scenario `one_answer`."""

LIST = "Requests Added, One by One"
HOUR_NS = 3600 * 10**9
KILLED_AFTER = 2_000
BACKFILL = ("backfill", "--since", "2h", "--grace", "30")
OFF = {"CLAUDE_CODE_ENABLE_TELEMETRY": "0"}


@pytest.fixture
def desk(runner: Runner, tmp_path: Path) -> Desk:
    return open_desk(runner, tmp_path)


def test_what_a_client_could_not_send_at_its_exit_is_named_and_added_once(desk: Desk) -> None:
    """The collector goes away between two prompts of a session."""
    stack = desk.stack
    runtime = open_runtime(open_workspace({**os.environ, **stack.environment}), _nobody)

    def remove_the_collector() -> None:
        eventually(lambda: desk.books.total("ledger_api_requests"), 1)
        runtime.remove("collector")
        eventually(lambda: stack.prometheus.total('up{job="collector"}'), 0)

    try:
        result = run_scenario(
            scenarios.two_prompts(remove_the_collector),
            home=desk.home,
            cwd=desk.repository,
            api=desk.api,
            telemetry_env=stack.telemetry_env(),
        )
    finally:
        stack.succeed("up")
    code, said = desk.reconcile()
    assert (code, missing(said)) == (DISAGREE, {"stack down": 2})
    assert _cost_missing(said) == pytest.approx(
        result.total_cost_usd - desk.books.total("ledger_cost_usd"), rel=0, abs=TOLERANCE
    )
    _repair_twice(desk, result.total_cost_usd, 3)


def test_what_was_never_sent_is_named_and_added_once(desk: Desk) -> None:
    """A session with a subagent while telemetry is off, taken up with it, and forked without."""
    scenario = scenarios.taken_up()
    desk.api.register(*scenario.scripts)
    first = desk.ask(scenario.prompts[0].text, **OFF)
    resumed = desk.ask("Go on.", "--resume", first.session_id)
    forked = desk.ask("Or else.", "--resume", first.session_id, "--fork-session", **OFF)
    assert resumed.session_id == first.session_id != forked.session_id
    assert first.total_cost_usd < resumed.total_cost_usd < forked.total_cost_usd
    eventually(lambda: desk.books.total("ledger_api_requests"), 1)
    code, said = desk.reconcile()
    assert (code, missing(said)) == (DISAGREE, {"telemetry off": 5})
    _repair_twice(desk, forked.total_cost_usd, 6)
    by_source = desk.books.by("ledger_api_requests", "source", "origin")
    assert by_source == {"main transcript": 3, "subagent transcript": 2, "main live": 1}


def test_a_hook_repairs_a_session_by_itself(desk: Desk) -> None:
    desk.stack.succeed("hook", "install", "--grace", "1", env=desk.environment)
    scenario = scenarios.taken_up()
    desk.api.register(*scenario.scripts)
    result = desk.ask(scenario.prompts[0].text, **OFF)
    eventually(lambda: desk.books.total("ledger_api_requests", origin="transcript"), 4)
    assert desk.books.total("ledger_cost_usd") == pytest.approx(
        result.total_cost_usd, rel=0, abs=TOLERANCE
    )
    desk.stack.succeed("hook", "remove", env=desk.environment)
    assert (desk.home / ".claude" / "settings.json").read_text(encoding="utf-8") == "{}\n"


def test_history_is_added_once_though_it_is_killed_and_while_a_client_works(desk: Desk) -> None:
    past = Books(stack=desk.stack, project=f"past-{uuid.uuid4().hex[:8]}")
    _write_history(desk.home, past.project, ANSWERS)
    for known in (0, KILLED_AFTER):
        with _backfilling(desk) as process:
            eventually(partial(_has_more, past, known), expected=True)
            process.kill()
    assert 0 < past.loki_count("api_request") < ANSWERS
    scenario = scenarios.tools()
    desk.api.register(*scenario.scripts)
    with _backfilling(desk) as process:
        result = desk.ask(scenario.prompts[0].text)
        assert process.wait() == 0
    live = scenario.expected.api_requests
    eventually(lambda: desk.books.loki_count("api_request"), live)
    up = desk.stack.succeed("up", "--with-history", env=desk.environment)
    assert "0 requests added" in up
    assert past.loki_count("api_request") == ANSWERS == _different(past)
    assert past.total("ledger_api_requests") == ANSWERS
    assert past.total("ledger_session_requests") == ANSWERS
    assert past.total("ledger_cost_usd") == pytest.approx(ANSWERS * PRICE, rel=0, abs=1e-6)
    assert desk.books.total("ledger_api_requests") == live
    assert desk.books.total("ledger_cost_usd") == pytest.approx(
        result.total_cost_usd, rel=0, abs=TOLERANCE
    )


def test_what_loki_has_lost_is_left_alone(desk: Desk) -> None:
    """The ledger has counted a session of which Loki knows nothing (any more)."""
    past = Books(stack=desk.stack, project=f"past-{uuid.uuid4().hex[:8]}")
    _write_history(desk.home, past.project, 5)
    labels = (("project", past.project), ("session", f"session-{past.project}"), ("user", "ann"))
    counted = Series("ledger.session_requests", labels)
    stores = desk.stack.stores
    begin = int(time.time() * 1000) - 50 * 60 * 1000
    write_amounts(stores, {counted: {begin + number: 1.0 for number in range(5)}}, _nobody)
    ran = desk.stack.run(*BACKFILL, env=desk.environment)
    assert ("0 requests added" in ran.out, "5 are left alone" in ran.err) == (True, True), ran
    assert past.loki_count("api_request") == past.total("ledger_cost_usd") == 0


def _write_history(home: Path, project: str, count: int) -> None:
    """Answers within the last hour, of which every tenth has another's millisecond."""
    begin = time.time() - 50 * 60
    lines = (
        answer(
            f"msg_{project}_{number}",
            request_id=f"req_{project}_{number}",
            when=_timestamp(begin + 0.2 * (number - (number % 10 == 0))),
            model="claude-opus-5-5",
            session=f"session-{project}",
            cwd=f"/srv/{project}",
            tokens=101,
            output=51,
            cache_read=5000,
            write_5m=1500,
            write_1h=500,
        )
        for number in range(count)
    )
    name = f"-srv-{project}/session-{project}.jsonl"
    write_transcript(home / ".claude" / "projects", name, *lines)


def _timestamp(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="milliseconds")


@contextmanager
def _backfilling(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """A backfill in a process of its own, which is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "provisioner", *BACKFILL],
        cwd=desk.stack.root,
        env={**desk.stack.environment, **desk.environment},
        stdin=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _has_more(books: Books, known: int) -> bool:
    return books.loki_count("api_request") > known


def _different(books: Books) -> float:
    """How many answers Loki has, each counted once."""
    events = f'{{event_name="api_request"}} | project="{books.project}"'
    counted = f"count(sum by (request_id) (count_over_time({events} [1h])))"
    return books.stack.loki.total(counted)


def _repair_twice(desk: Desk, cost: float, requests: int) -> None:
    """Twice is the same as once, and the labels are those of live telemetry."""
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
    live = desk.books.loki_count("api_request")
    for _ in range(2):
        code, said = desk.reconcile("--repair")
        assert (code, missing(said)) == (0, {}), said
        assert desk.totals() == expected
        assert len(_listed_as_added(desk)) == requests - live
    assert len(desk.books.by("ledger_cost_usd", "user", "team", "model", "effort", "speed")) == 1


def _listed_as_added(desk: Desk) -> list[Entry]:
    """What the board Data Quality lists of the project: no client of a test can be added to it."""
    (panel,) = (each for each in quality().panels() if each.title == LIST)
    (query,) = panel.questions
    now = time.time_ns()
    asked = runnable(query.expr, 3600, 60, {"project": [desk.books.project]})
    return desk.stack.loki.entries(asked, now - HOUR_NS, now + HOUR_NS)


def _cost_missing(said: Mapping[str, Any]) -> float:
    return float(sum(row["missing"]["cost_usd"] for row in said["rows"]))


def _nobody(line: str) -> None:
    del line
