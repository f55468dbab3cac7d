"""Somebody's labels take a value of their own in every event."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from provisioner.otlp import Request, Sender, logs_request, send
from provisioner.records import Event
from provisioner.telemetry import EVENT_SCOPE
from tests.faults.engines import wait_until
from tests.faults.stacks import own_stack
from tests.stack.runs import pass_marker
from tests.stack.stacks import TestStack

SERIES = 100_000
EVENTS = 7_000
IN_A_REQUEST = 500
COST = 0.25
SLOW_SECONDS = 240.0

CLIENT = Sender(service_name="claude-code", scope=EVENT_SCOPE)


def test_a_hundred_thousand_new_series_are_counted_and_set_off_an_alert(tmp_path: Path) -> None:
    with own_stack(tmp_path) as stack:
        mark = uuid.uuid4().hex
        for request in _flood(mark):
            send(stack.door, request, "grpc")
        wait_until(lambda: _spent(stack, mark) == EVENTS * COST, SLOW_SECONDS)
        series = "prometheus_tsdb_head_series"
        wait_until(lambda: stack.prometheus.total(series) > SERIES, SLOW_SECONDS)
        wait_until(lambda: "SeriesGrowingFast" in _firing(stack), SLOW_SECONDS)
        pass_marker(stack)
        assert all(each["is_ready"] for each in stack.read_json("status", "--json")["engines"])


def _flood(mark: str) -> Iterator[Request]:
    for start in range(0, EVENTS, IN_A_REQUEST):
        yield logs_request(
            CLIENT, [_event(mark, number) for number in range(start, start + IN_A_REQUEST)]
        )


def _event(mark: str, number: int) -> Event:
    """A request of a person, a project, a session and a model that nobody else has."""
    own = {
        "user.email": f"{number}@{mark}.example",
        "project": f"{mark}/{number}",
        "session.id": f"{mark}-{number}",
        "model": f"{mark}-{number}",
    }
    spent = {"cost_usd": COST, "duration_ms": 900, "input_tokens": 1}
    return Event(name="api_request", attributes={**own, **spent})


def _spent(stack: TestStack, mark: str) -> float:
    ours = f'ledger_cost_usd{{project=~"{mark}/.*"}}'
    return stack.prometheus.total(f"sum(sum_over_time({ours}[1h]))")


def _firing(stack: TestStack) -> set[str]:
    return {alert.name for alert in stack.prometheus.firing()}
