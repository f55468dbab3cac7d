"""How does a test run the client in its project, and what must the books say afterwards?"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provisioner.otlp import Sender, increments_request, logs_request, send
from provisioner.records import Event, Increment
from provisioner.telemetry import METRIC_SCOPE, PROBE_EVENT, PROBE_SCOPE, TOKEN_TYPES
from tests.stack.books import Books, eventually
from tests.stack.client import ClientResult
from tests.stack.messages_api import MessagesApi
from tests.stack.scenarios import Scenario, run_scenario
from tests.stack.stacks import TestStack

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A scenario that the client went through, and its own account of it."""

    scenario: Scenario
    result: ClientResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs the client; each run has a home and a repository of its own, in one project."""

    api: MessagesApi
    books: Books
    folder: Path
    prepare: Callable[[Path], Path]
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def run(self, scenario: Scenario, **environment: str) -> Run:
        """Let the client go through a scenario."""
        folder = self.folder / f"run-{next(self._numbers)}"
        home = folder / "home"
        (home / ".claude").mkdir(parents=True)
        settings = json.dumps(scenario.settings)
        (home / ".claude" / "settings.json").write_text(settings, encoding="utf-8")
        result = run_scenario(
            scenario,
            home=home,
            cwd=self.prepare(folder / "repository"),
            api=self.api,
            telemetry_env=self.books.stack.telemetry_env(**environment),
        )
        return Run(scenario=scenario, result=result)


def assert_books_equal(books: Books, runs: Sequence[Run]) -> None:
    """The ledger and Loki say what the client, the scripted API and git know, to the last digit."""
    expected = pytest.approx(truth_of(runs), rel=0, abs=TOLERANCE)
    eventually(lambda: _said(books, runs), expected)
    # The spool hands on in order: what was sent before the marker has arrived, twice or not.
    pass_marker(books.stack)
    assert _said(books, runs) == expected


def truth_of(runs: Sequence[Run]) -> dict[str, float]:
    """What the client's results, the scripts and git know, one number by name."""
    expected = [run.scenario.expected for run in runs]
    errors = sum(each.api_errors for each in expected)
    truth = {
        "cost": sum(run.result.total_cost_usd for run in runs),
        "cost in loki": sum(run.result.total_cost_usd for run in runs),
        "requests ok": sum(each.api_requests for each in expected),
        "requests error": errors,
        "requests in loki": sum(each.api_requests for each in expected),
        "requests timed": sum(each.api_requests for each in expected),
        "requests by main": sum(each.main_requests for each in expected) + errors,
        "requests by subagent": sum(each.subagent_requests for each in expected),
        "prompts": sum(each.user_prompts for each in expected),
        "lines added": sum(each.lines_added for each in expected),
        "lines removed": sum(each.lines_removed for each in expected),
        "commits": sum(each.commits for each in expected),
        "sessions": len(runs),
    }
    costs = {f"cost of {run.result.session_id}": run.result.total_cost_usd for run in runs}
    both = _tokens(runs) | _calls(runs)
    return truth | costs | both | {f"{name} in loki": amount for name, amount in both.items()}


def _tokens(runs: Sequence[Run]) -> dict[str, float]:
    usage = [each for run in runs for each in run.result.model_usage.values()]
    return {
        "tokens input": sum(each.input_tokens for each in usage),
        "tokens output": sum(each.output_tokens for each in usage),
        "tokens cacheRead": sum(each.cache_read_tokens for each in usage),
        "tokens cacheCreation": sum(each.cache_write_tokens for each in usage),
    }


def _calls(runs: Sequence[Run]) -> dict[str, float]:
    calls: Counter[str] = Counter()
    for run in runs:
        for (tool, success), count in run.scenario.expected.tool_calls.items():
            calls[f"calls of {tool} {success}".lower()] += count
    return dict(calls)


def _said(books: Books, runs: Sequence[Run]) -> dict[str, float]:
    """What the two stores say, by the same names; a tool that nobody called would stand out."""
    said = {
        "cost": books.total("ledger_cost_usd"),
        "requests timed": books.total("ledger_api_seconds_bucket", le="+Inf"),
        "prompts": books.total("ledger_prompts"),
        "commits": books.total("ledger_commits"),
        "sessions": books.total("ledger_sessions"),
    }
    kinds = {
        "tokens": ("ledger_tokens", "type", tuple(TOKEN_TYPES)),
        "requests": ("ledger_api_requests", "outcome", ("ok", "error")),
        "requests by": ("ledger_api_requests", "source", ("main", "subagent")),
        "lines": ("ledger_lines", "type", ("added", "removed")),
        "cost of": (
            "ledger_session_cost_usd",
            "session",
            tuple(run.result.session_id for run in runs),
        ),
    }
    for name, (series, label, values) in kinds.items():
        found = dict.fromkeys(values, 0.0) | books.by(series, label)
        said |= {f"{name} {value}": amount for value, amount in found.items()}
    calls = books.by("ledger_tool_calls", "tool_name", "success")
    said |= {f"calls of {key}".lower(): count for key, count in calls.items()}
    return said | {f"{name} in loki": amount for name, amount in _said_by_loki(books).items()}


def _said_by_loki(books: Books) -> dict[str, float]:
    calls = books.loki_counts("tool_result", "tool_name", "success")
    return {
        "cost": books.loki_total("api_request", "cost_usd"),
        "requests": books.loki_count("api_request"),
        **{f"calls of {key}".lower(): count for key, count in calls.items()},
        **{
            f"tokens {kind}": books.loki_total("api_request", attribute)
            for kind, attribute in TOKEN_TYPES.items()
        },
    }


def pass_marker(stack: TestStack) -> None:
    """Send one probe and one counter more, and wait until they have come out at every end."""
    pass_event(stack)
    _pass_counter(stack)


def pass_event(stack: TestStack) -> None:
    """Send one probe more, and wait until it has come out at both ends; it enters no total."""
    amount = random.randrange(1, 2**31)  # noqa: S311 - a number to recognise, no secret
    event = Event(name=PROBE_EVENT, attributes={"probe.amount": amount, "protocol": "marker"})
    sender = Sender(service_name="claude-otel", scope=PROBE_SCOPE)
    send(stack.door, logs_request(sender, [event]), "grpc")
    prometheus, loki = stack.prometheus, stack.loki
    marked = 'ledger_probe{protocol="marker"}'
    eventually(
        lambda: [each for each in prometheus.samples(marked, 600) if each.value == amount] != [],
        expected=True,
    )
    entries = f'{{service_name="claude-otel"}} | probe_amount="{amount}"'
    eventually(lambda: loki.total(f"sum(count_over_time({entries}[1h]))"), 1)


def _pass_counter(stack: TestStack) -> None:
    """Counters have a queue of their own; this one is of a project of its own."""
    marker = Books(stack=stack, project=f"marker-{uuid.uuid4().hex}")
    project = {"project": marker.project}
    increment = Increment(name="claude_code.active_time.total", value=1.0, attributes=project)
    sender = Sender(service_name="claude-code", scope=METRIC_SCOPE)
    send(stack.door, increments_request(sender, [increment]), "grpc")
    eventually(lambda: marker.total("ledger_active_seconds"), 1.0)
