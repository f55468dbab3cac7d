"""What a person typed and who they are stays out of the stores unless they ask for it."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pytest

from provisioner.backends import Entry, Sample
from provisioner.otlp import Sender, increments_request, logs_request, send
from provisioner.records import Event, Increment, Value
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE
from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.plan_limits import seen_limits, tell_limits
from tests.stack.runs import Runner, assert_books_equal
from tests.stack.stacks import TestStack

EVERYTHING = {
    "OTEL_LOG_USER_PROMPTS": "1",
    "OTEL_LOG_TOOL_DETAILS": "1",
    "OTEL_LOG_TOOL_CONTENT": "1",
    "OTEL_LOG_RAW_API_BODIES": "1",
}


COUNTER = "claude_code_active_time_seconds_total"
"""Without the unit, which this sender does not tell."""
ACCOUNT = {
    "user.account_uuid": "8d0ea8a0-aaaa-4bbb-8ccc-0123456789ab",
    "user.account_id": "user_01AccountOfAda",
    "user.id": "installation-of-ada",
    "organization.id": "5f1e7c1e-dddd-4eee-8fff-ba9876543210",
}


def test_content_is_deleted_even_when_the_client_sends_it(runner: Runner) -> None:
    run = runner.run(scenarios.tools(), **EVERYTHING)
    assert_books_equal(runner.books, [run])
    entries = _entries(runner)
    assert {"user_prompt", "tool_result", "api_request_body"} <= {
        entry.attributes["event_name"] for entry in entries
    }
    said = " ".join(str(entry.attributes) for entry in entries)
    assert run.scenario.prompts[0].text not in said
    assert "widget.py" not in said


def test_a_hashed_identity_hides_who_it_was_and_keeps_people_apart(
    runner: Runner, tmp_path: Path
) -> None:
    stack = runner.books.stack
    stack.succeed("up", env={"STACK_IDENTITY": "hash"})
    try:
        run = runner.run(
            scenarios.one_answer(), OTEL_RESOURCE_ATTRIBUTES="user.email=ada@example.org"
        )
        assert_books_equal(runner.books, [run])
        _send_two_with_their_person_on_the_resource(runner)
        _assert_accounts_are_hidden(runner.books.stack)
        resets_at = time.time() + 3600
        limits = {"five_hour": (50.0, resets_at)}
        tell_limits(stack, tmp_path / "ada", "ada@example.org", limits)
        (user,) = runner.books.by("ledger_cost_usd", "user")
        told = {
            ("used_ratio", "five_hour"): 0.5,
            ("resets_at_seconds", "five_hour"): pytest.approx(resets_at),
        }
        eventually(lambda: seen_limits(stack, user), told)
    finally:
        stack.succeed("up")
    users = runner.books.by("ledger_cost_usd", "user")
    assert len(users) == 1
    assert len(next(iter(users))) == 16
    assert seen_limits(stack, "ada@example.org") == {}
    said = " ".join(str(entry.attributes) for entry in _entries(runner))
    assert "ada@example.org" not in said
    assert "user_id" not in said


def _send_two_with_their_person_on_the_resource(runner: Runner) -> None:
    """The first must not take the person away from the second."""
    resource = {"user.email": "ada@example.org", "project": runner.books.project}
    sender = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=resource)
    events = [Event(name="compaction", attributes={"trigger": "auto"}) for _ in range(2)]
    send(runner.books.stack.door, logs_request(sender, events), "grpc")
    eventually(lambda: runner.books.total("ledger_compactions"), 2)
    compacted = runner.books.by("ledger_compactions", "user")
    assert compacted.keys() == runner.books.by("ledger_cost_usd", "user").keys()


def _assert_accounts_are_hidden(stack: TestStack) -> None:
    """A person without an e-mail is known by an account, which must not be told by any store."""
    books = Books(stack=stack, project=f"acme/accounts-{uuid.uuid4().hex[:8]}")
    sent: dict[str, Value] = {"project": books.project, **ACCOUNT}
    event = Event(name="compaction", attributes=sent | {"trigger": "auto"})
    increment = Increment(name="claude_code.active_time.total", value=1.0, attributes=sent)
    counting = Sender(service_name="claude-code", scope=METRIC_SCOPE)
    events = Sender(service_name="claude-code", scope=EVENT_SCOPE)
    send(stack.door, logs_request(events, [event]), "grpc")
    send(stack.door, increments_request(counting, [increment]), "grpc")
    eventually(lambda: books.total("ledger_compactions"), 1)
    eventually(lambda: books.total("ledger_active_seconds"), 1)
    (user,) = books.by("ledger_compactions", "user")
    assert (len(user), user) == (16, *books.by("ledger_active_seconds", "user"))
    own = f'{{project="{books.project}"}}'
    # The client's own counters come with the next scrape.
    eventually(lambda: _native(stack.prometheus.query(own)), {COUNTER})
    now = time.time_ns()
    query = f'{{service_name="claude-code"}} | project="{books.project}"'
    entries = stack.loki.entries(query, now - 3600 * 10**9, now + 10**9)
    said = str([entries, stack.prometheus.query(own)])
    assert [value for value in ACCOUNT.values() if value in said] == []


def _native(samples: list[Sample]) -> set[str]:
    names = {each.labels["__name__"] for each in samples}
    return {name for name in names if name.startswith("claude_code_")}


def _entries(runner: Runner) -> list[Entry]:
    query = '{service_name="claude-code"} | project="' + runner.books.project + '"'
    now = time.time_ns()
    return runner.books.stack.loki.entries(query, now - 3600 * 10**9, now + 10**9)
