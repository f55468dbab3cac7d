"""When does each client export what? Every five seconds its events, every ten its counters."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.load.batches import Batch, Interval, counters_of, events_of
from provisioner.records import Record

EXPORT_SECONDS = 5.0
"""Between two exports of a client's events, as it is set up."""

COUNTERS_EVERY = 2
"""Counters are exported half as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Clients whose exports are spread evenly over the five seconds.

    `begins` is when the first of them begins, by the wall's clock.
    """

    clients: int
    begins: float

    def first_due(self, client: int) -> float:
        """When a client exports for the first time, in seconds after the beginning."""
        return client / self.clients * EXPORT_SECONDS

    def exports(
        self,
        client: int,
        portions: Iterable[Sequence[Record]],
        session_at: Callable[[float], str] = lambda _: "",
    ) -> Iterator[Batch]:
        """A client's requests, one portion of what it tells after the other."""
        uncounted: list[Record] = []
        interval = None
        for number, records in enumerate(portions):
            due = self.first_due(client) + number * EXPORT_SECONDS
            interval = Interval(
                client=client,
                due=due,
                begins=self.begins + due - EXPORT_SECONDS,
                seconds=EXPORT_SECONDS,
                session=session_at(due),
            )
            yield from events_of(records, interval)
            uncounted += records
            if number % COUNTERS_EVERY:
                yield from counters_of(uncounted, interval)
                uncounted = []
        if interval:
            yield from counters_of(uncounted, interval)


def by_lane(clients: Sequence[Iterator[Batch]], lanes: int) -> list[Iterator[Batch]]:
    """The clients' requests in the order in which they are due, each client's in one lane."""
    return [_in_time(clients[lane::lanes]) for lane in range(min(lanes, len(clients)))]


def intervals_in(seconds: float) -> int:
    """How many exports of a client there are in a time."""
    return math.ceil(seconds / EXPORT_SECONDS)


def _in_time(clients: Sequence[Iterator[Batch]]) -> Iterator[Batch]:
    return heapq.merge(*clients, key=lambda batch: batch.due)
