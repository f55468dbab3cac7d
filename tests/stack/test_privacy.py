"""What a person typed and who they are stays out of the stores unless they ask for it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from provisioner.backends import Entry
from provisioner.otlp import Sender, logs_request, send
from provisioner.records import Event
from provisioner.telemetry import EVENT_SCOPE
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.plan_limits import seen_limits, tell_limits
from tests.stack.runs import Runner, assert_books_equal

EVERYTHING = {
    "OTEL_LOG_USER_PROMPTS": "1",
    "OTEL_LOG_TOOL_DETAILS": "1",
    "OTEL_LOG_TOOL_CONTENT": "1",
    "OTEL_LOG_RAW_API_BODIES": "1",
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


def _entries(runner: Runner) -> list[Entry]:
    query = '{service_name="claude-code"} | project="' + runner.books.project + '"'
    now = time.time_ns()
    return runner.books.stack.loki.entries(query, now - 3600 * 10**9, now + 10**9)
