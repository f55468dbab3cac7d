"""What was acknowledged is in the books once, whenever the collector dies."""

from __future__ import annotations

import itertools
import os
import signal
import time
from pathlib import Path

from provisioner.otlp import logs_request, send
from provisioner.records import Event
from tests.stack.books import Books, eventually
from tests.stack.runs import pass_marker
from tests.stack.stacks import TestStack, prepare_stack
from tests.stack.test_events import CLIENT
from tests.stack.test_lifecycle import listening

PROJECT = "acme/crashes"
QUEUE_MB = 64
EVENTS_IN_A_REQUEST = 4
REQUESTS = 40
PADDING = "x" * 480_000
"""So that a request is a batch of its own, and all of them are more than the queue holds."""


def test_a_collector_killed_while_lokis_queue_is_full_counts_nothing_twice(tmp_path: Path) -> None:
    stack = prepare_stack(tmp_path, "native")
    try:
        stack.succeed("up", env={"QUEUE_MB": str(QUEUE_MB)})
        _kill_the_collector_while_loki_is_stopped(stack)
        books = Books(stack=stack, project=PROJECT)
        eventually(lambda: _different_events_in_loki(stack), REQUESTS * EVENTS_IN_A_REQUEST)
        pass_marker(books.stack)
        assert books.total("ledger_api_requests") == REQUESTS * EVENTS_IN_A_REQUEST
    finally:
        stack.succeed("clean", "--yes")


def _kill_the_collector_while_loki_is_stopped(stack: TestStack) -> None:
    ports = stack.settings.ports
    loki = listening(ports.loki_engine)
    os.kill(loki, signal.SIGSTOP)
    try:
        _send_more_than_the_queue_holds(stack)
        for _ in range(2):
            _wait_until_the_queue_is_full(stack)
            _kill_the_collector(ports.otlp_grpc)
        _wait_until_the_queue_is_full(stack)
    finally:
        os.kill(loki, signal.SIGCONT)


def _kill_the_collector(port: int) -> None:
    """It is started again by its supervisor."""
    died = listening(port)
    os.kill(died, signal.SIGKILL)
    eventually(lambda: listening(port) in (0, died), expected=False)


def _send_more_than_the_queue_holds(stack: TestStack) -> None:
    attributes = {"project": PROJECT, "padding": PADDING}
    numbers = itertools.count()
    for _ in range(REQUESTS):
        events = [
            Event(name="api_request", attributes=attributes | {"number": next(numbers)})
            for _ in range(EVENTS_IN_A_REQUEST)
        ]
        send(stack.door, logs_request(CLIENT, events), "grpc")


def _different_events_in_loki(stack: TestStack) -> float:
    """Loki itself may have one of them twice: it drops an equal entry only while it is recent."""
    events = f'{{event_name="api_request"}} | project="{PROJECT}"'
    return stack.loki.total(f"count(sum by (number) (count_over_time({events}[1h])))")


def _wait_until_the_queue_is_full(stack: TestStack) -> None:
    """Full is: hardly any room, and what is in it stays the same."""
    began = time.time()

    def is_full() -> bool:
        told = _queued_bytes(stack, began)[-2:]
        return len(told) > 1 and told[-1] > 0.9e6 * QUEUE_MB and told[-1] == told[-2]

    eventually(is_full, expected=True)


def _queued_bytes(stack: TestStack, since: float) -> list[float]:
    """What the collector told of Loki's queue; of an earlier life of it nothing is asked."""
    size = 'otelcol_exporter_queue_size{exporter="otlp_http/loki"}'
    samples = stack.prometheus.samples(size, seconds=600)
    return [sample.value for sample in samples if sample.at > since]
