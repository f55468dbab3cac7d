"""What does a stack get to see, and what must its boards show afterwards?

The real client runs with several models, projects, tools, failures, retries, subagents, a commit,
and edits accepted and refused; what it cannot be made to do here is fed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.client import prepare_repository
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import Run, Runner, pass_event
from tests.stack.scenarios import Scenario
from tests.stack.stacks import TestStack
from tests.stack.truth import fed
from tests.stack.truth.arithmetic import Truth
from tests.stack.truth.asking import SECOND_NS, Desk, Span
from tests.stack.truth.facts import Fact, facts_of, happenings_of
from tests.stack.truth.past import store_past
from tests.stack.truth.plans import tell_all
from tests.stack.truth.recorder import Record, recording

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the stack is asked with, what must come out, and what the client went through."""

    desk: Desk
    truth: Truth
    of_client: Truth
    runs: Sequence[Run]

    @property
    def sessions(self) -> dict[str, str]:
        """The client's session of each scenario."""
        return {run.scenario.name: run.result.session_id for run in self.runs}


def gather(stack: TestStack, api: MessagesApi, folder: Path) -> Evidence:
    """Let everything happen before a stack that has seen nothing yet, and wait until it knows."""
    start = int(time.time()) // STEP_SECONDS * STEP_SECONDS
    plans = tell_all(stack, folder / "plans")
    with recording(stack.door) as recorder:
        past = store_past(stack, recorder.url, start - PAST_SECONDS)
        runs = _run_all(stack, api, folder, recorder.url)
        of_client = recorder.records
        fed.feed(recorder.url)
        records = recorder.records
    _wait_for_the_last(stack)
    end = int(max(time.time(), plans.anew_at) // STEP_SECONDS + 1) * STEP_SECONDS
    span = Span(start=start, end=end, step=STEP_SECONDS)
    return Evidence(
        desk=Desk(prometheus=stack.prometheus, loki=stack.loki, span=span),
        truth=_truth(records, past, span, plans.facts),
        of_client=_truth(of_client, past, span),
        runs=runs,
    )


def _run_all(stack: TestStack, api: MessagesApi, folder: Path, recorder: str) -> list[Run]:
    def run(team: str, project: str, scenario: Scenario) -> Run:
        runner = Runner(
            api=api,
            books=Books(stack=stack, project=project),
            folder=folder / scenario.name,
            prepare=lambda at: prepare_repository(at, origin=f"https://github.com/{project}.git"),
        )
        return runner.run(
            scenario,
            OTEL_EXPORTER_OTLP_PROTOCOL="http/json",
            OTEL_EXPORTER_OTLP_ENDPOINT=recorder,
            OTEL_RESOURCE_ATTRIBUTES=f"team={team}",
        )

    with ThreadPoolExecutor(len(RUNS)) as pool:
        return list(pool.map(run, *zip(*RUNS, strict=True)))


def _wait_for_the_last(stack: TestStack) -> None:
    """Events and counters pass the spool in two orders of their own; each has a last one."""
    pulls = "sum(sum_over_time(ledger_pull_requests[1h]))"
    eventually(lambda: stack.prometheus.total(pulls), fed.LAST_COUNT.value)
    pass_event(stack)


def _truth(
    records: Sequence[Record], past: Sequence[Fact], span: Span, told: Sequence[Fact] = ()
) -> Truth:
    new = [record for record in records if record.at_ns > span.start * SECOND_NS]
    old = [record for record in records if record.at_ns <= span.start * SECOND_NS]
    return Truth(
        facts=[*facts_of(new), *told],
        facts_before=past,
        happenings=list(happenings_of(new)),
        happenings_before=list(happenings_of(old)),
        seconds=span.seconds,
        step=span.step,
        end=span.end,
    )
