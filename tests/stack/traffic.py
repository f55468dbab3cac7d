"""What is acknowledged while a stack is mistreated? A client sends one event after the other."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from provisioner.errors import DeliveryFailed
from provisioner.otlp import logs_request, send
from provisioner.records import Event, Value
from tests.stack.stacks import TestStack
from tests.stack.test_events import CLIENT

PAUSE_SECONDS = 0.02
HOUR_NS = 3600 * 10**9


@dataclass(slots=True, kw_only=True)
class Traffic:
    """Numbered events of one project, each sent until it is acknowledged, and none before."""

    stack: TestStack
    project: str
    acknowledged: int = 0
    refusals: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._end.is_set():
            attributes: dict[str, Value] = {
                "project": self.project,
                "number": self.acknowledged,
                "cost_usd": cost_of(self.acknowledged),
            }
            event = Event(name="api_request", attributes=attributes, at_ns=time.time_ns())
            while not self._is_taken(event) and not self._end.is_set():
                pass
            time.sleep(PAUSE_SECONDS)

    def _is_taken(self, event: Event) -> bool:
        try:
            send(self.stack.door, logs_request(CLIENT, [event]), "http/protobuf")
        except DeliveryFailed:
            self.refusals += 1
            time.sleep(PAUSE_SECONDS)
            return False
        self.acknowledged += 1
        return True

    def stop(self) -> None:
        self._end.set()


@contextmanager
def traffic(stack: TestStack, project: str) -> Iterator[Traffic]:
    """Traffic as long as this lasts."""
    flowing = Traffic(stack=stack, project=project)
    thread = threading.Thread(target=flowing.run)
    thread.start()
    try:
        yield flowing
    finally:
        flowing.stop()
        thread.join()


def cost_of(number: int) -> float:
    """What the event of a number cost."""
    return 0.001 * (number % 97 + 1)


def cost_of_first(count: int) -> float:
    """What so many events cost together."""
    return math.fsum(map(cost_of, range(count)))


def numbers_in_loki(stack: TestStack, project: str) -> list[int]:
    """The numbers of a project's events, sorted; one that is there twice is there twice."""
    now = time.time_ns()
    query = f'{{event_name="api_request"}} | project="{project}"'
    found = stack.loki.entries(query, now - HOUR_NS, now + HOUR_NS)
    return sorted(int(each.attributes["number"]) for each in found)
