"""Events are kept whole, whoever sends them, and can be watched as they arrive."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.backends import PAGE, Entry
from provisioner.errors import DeliveryFailed
from provisioner.otlp import PROTOCOLS, Protocol, Sender, logs_request, send
from provisioner.records import Event, Value
from provisioner.telemetry import EVENT_SCOPE
from tests.stack.books import Books, eventually
from tests.stack.stacks import TestStack, on_native

CLIENT = Sender(service_name="claude-code", scope=EVENT_SCOPE)
HOUR_NS = 3600 * 10**9
INTERRUPTED = 130
MANY = 11_000
"""As many as one request has room for. Their amounts need more memory than anything else does, and
are more than the 32 MiB that Prometheus reads of one request."""
DOOR_BYTES = 2**21


def test_an_unknown_event_and_its_attributes_are_kept(stack: TestStack) -> None:
    mark = uuid.uuid4().hex
    _send(stack, CLIENT, "telepathy_started", {"brain.count": 2, "mark": mark})
    found = _find(stack, mark).attributes
    named = found["event_name"], found["event_name_client"]
    assert (*named, found["brain_count"]) == ("other", "telepathy_started", "2")


def test_an_event_whose_name_is_no_name_is_kept_as_other(stack: TestStack) -> None:
    mark = uuid.uuid4().hex
    _send(stack, CLIENT, "Robert'); DROP TABLE", {"mark": mark})
    found = _find(stack, mark)
    assert found.attributes["event_name"] == "other"
    assert found.attributes["event_name_client"] == "Robert'); DROP TABLE"


def test_other_services_telemetry_is_kept_but_enters_no_total(stack: TestStack) -> None:
    mark = uuid.uuid4().hex
    stranger = Sender(service_name="stranger", scope="stranger")
    _send(stack, stranger, "api_request", {"cost_usd": 1e6, "project": mark, "mark": mark})
    _send(stack, CLIENT, "api_request", {"cost_usd": 0.5, "project": mark, "mark": f"{mark}-2"})
    found = _find(stack, mark).attributes
    assert (found["service_name"], found["service_name_client"]) == ("other", "stranger")
    cost = f'sum(sum_over_time(ledger_cost_usd{{project="{mark}"}}[1h]))'
    eventually(lambda: stack.prometheus.total(cost), 0.5)


def test_numbers_sent_as_text_are_counted_and_absurd_ones_are_not(stack: TestStack) -> None:
    project = uuid.uuid4().hex
    for cost in ("0.25", "NaN", -3.0, 1e12, "much"):
        _send(stack, CLIENT, "api_request", {"cost_usd": cost, "project": project})
    requests = f'sum(sum_over_time(ledger_api_requests{{project="{project}"}}[1h]))'
    eventually(lambda: stack.prometheus.total(requests), 5)
    cost_query = f'sum(sum_over_time(ledger_cost_usd{{project="{project}"}}[1h]))'
    assert stack.prometheus.total(cost_query) == 0.25


def test_thousands_of_people_in_one_request_are_counted_to_the_last(
    own_stack: TestStack,
) -> None:
    # Its series are many: each question about all of them takes seconds afterwards.
    project = uuid.uuid4().hex[:8]
    request = logs_request(CLIENT, [_fast(project, number) for number in range(MANY)])
    assert request.ByteSize() > 0.95 * DOOR_BYTES
    send(own_stack.door, request, "grpc")
    books = Books(stack=own_stack, project=project)
    eventually(lambda: books.total("ledger_cost_usd"), MANY * 0.25)
    eventually(lambda: books.loki_count("api_request"), MANY)
    lines = own_stack.succeed("logs", "--events", "--lines", "200").splitlines()
    assert sum(f" {project} api_request" in line for line in lines) == 200


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_request_that_is_too_large_is_refused(stack: TestStack, protocol: Protocol) -> None:
    events = [_fast("too large", number) for number in range(2 * MANY)]
    with pytest.raises(DeliveryFailed, match=r"RESOURCE_EXHAUSTED|HTTP 4"):
        send(stack.door, logs_request(CLIENT, events), protocol)


def _fast(project: str, number: int) -> Event:
    """A request as short as can be, of a session and a person of its own, in every bucket."""
    who = {"session.id": str(number), "user.id": str(10_000 + number)}
    cost = {"cost_usd": 0.25, "duration_ms": 900}
    return Event(name="api_request", attributes={"project": project, **who, **cost})


def test_an_event_of_a_wrong_clock_is_filed_under_its_arrival(stack: TestStack) -> None:
    mark = uuid.uuid4().hex
    sent_ns = time.time_ns()
    event = Event(name="user_prompt", attributes={"mark": mark}, at_ns=sent_ns + 48 * HOUR_NS)
    send(stack.door, logs_request(CLIENT, [event]), "grpc")
    found = _find(stack, mark)
    assert abs(found.at_ns - sent_ns) < 60 * 10**9
    assert "event_time_client" in found.attributes


def test_the_tap_shows_what_arrives_however_late(stack: TestStack, tmp_path: Path) -> None:
    prompt, late = uuid.uuid4().hex, uuid.uuid4().hex
    with _tap(stack, tmp_path) as shown:
        _send_until_shown(stack, shown, prompt)
        nine_minutes_ago = time.time_ns() - 540 * 10**9
        event = Event(
            name="tool_result",
            attributes={"session.id": late, "tool_name": "Bash"},
            at_ns=nine_minutes_ago,
        )
        send(stack.door, logs_request(CLIENT, [event]), "grpc")
        said = f"{late[:8]} unknown tool_result tool_name=Bash\n"
        eventually(lambda: said in shown(), expected=True)


def test_the_tap_misses_nothing_of_a_burst(stack: TestStack, tmp_path: Path) -> None:
    project = uuid.uuid4().hex
    with _tap(stack, tmp_path) as shown:
        _send_until_shown(stack, shown, uuid.uuid4().hex)
        burst = [
            Event(name="user_prompt", attributes={"project": project, "prompt_length": number})
            for number in range(PAGE + 1000)
        ]
        send(stack.door, logs_request(CLIENT, burst), "grpc")
        eventually(lambda: shown().count(f" {project} user_prompt "), len(burst))


@on_native
def test_the_tap_goes_on_when_loki_restarts(stack: TestStack, tmp_path: Path) -> None:
    before, after = uuid.uuid4().hex, uuid.uuid4().hex
    with _tap(stack, tmp_path) as shown:
        _send_until_shown(stack, shown, before)
        stack.succeed("restart", "loki")
        _send_until_shown(stack, shown, after)
        lines = [line for line in shown().splitlines() if before[:8] in line or after[:8] in line]
    assert sorted(lines) == sorted(set(lines))


@contextmanager
def _tap(stack: TestStack, folder: Path) -> Iterator[Callable[[], str]]:
    """A tap in the background, and what it has shown so far; its end is quiet."""
    out, err = folder / "tap.txt", folder / "tap-err.txt"
    command = [sys.executable, "-m", "provisioner", "logs", "--events", "--follow", "--lines", "1"]
    with (
        out.open("w") as stdout,
        err.open("w") as stderr,
        subprocess.Popen(
            command, cwd=stack.root, env=stack.environment, stdout=stdout, stderr=stderr
        ) as tap,
    ):
        try:
            yield lambda: out.read_text("utf-8")
        finally:
            tap.terminate()
    assert tap.returncode == INTERRUPTED
    assert "interrupted" not in err.read_text("utf-8")


def _send_until_shown(stack: TestStack, shown: Callable[[], str], session: str) -> None:
    """Nobody says from when on a tap listens: send again, and never the same twice."""
    numbers = itertools.count()

    def arrived() -> bool:
        facts: dict[str, Value] = {"session.id": session, "prompt_length": next(numbers)}
        _send(stack, CLIENT, "user_prompt", facts)
        return f"{session[:8]} unknown user_prompt prompt_length=" in shown()

    eventually(arrived, expected=True)


def _send(stack: TestStack, sender: Sender, name: str, attributes: dict[str, Value]) -> None:
    send(stack.door, logs_request(sender, [Event(name=name, attributes=attributes)]), "grpc")


def _find(stack: TestStack, mark: str) -> Entry:
    query = f'{{service_name=~".+"}} | mark="{mark}"'

    def entries() -> list[Entry]:
        now = time.time_ns()
        return stack.loki.entries(query, now - HOUR_NS, now + HOUR_NS)

    eventually(lambda: len(entries()), 1)
    return entries()[0]
