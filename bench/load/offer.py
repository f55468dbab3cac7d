"""Who offers the batches? As many threads as there are clients; all stop by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from bench.load.model import Load, Offered, Signal
from bench.load.work import counters_request, events_request
from provisioner.errors import DeliveryFailed
from provisioner.otlp import Door, Protocol, Request, send

_MAKE = {"events": events_request, "counters": counters_request}
SIGNALS: tuple[Signal, ...] = ("events", "counters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Clients at work."""

    load: Load
    door: Door
    _offered: list[Offered] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)

    @property
    def offered(self) -> tuple[Offered, ...]:
        """Everything so far that has been answered or refused."""
        return tuple(self._offered)

    def stop(self) -> None:
        """No client begins another batch."""
        self._stop.set()

    def work_as(self, client: int) -> None:
        """Offer a batch of each signal at every interval."""
        end = time.monotonic() + self.load.most_seconds
        protocol = self.load.protocols[client % len(self.load.protocols)]
        number = 0
        while not self._stop.is_set() and time.monotonic() < end:
            for signal in SIGNALS:
                name = f"{self.load.project.replace('/', '-')}-{client}-{number}"
                request = _MAKE[signal](self.load, name, client)
                self._offered.append(self._offer(name, signal, request, protocol))
            number += 1
            self._stop.wait(self.load.interval_seconds)

    def _offer(self, name: str, signal: Signal, request: Request, protocol: Protocol) -> Offered:
        at, began = time.time(), time.perf_counter()
        refusal = ""
        try:
            send(self.door, request, protocol)
        except DeliveryFailed as error:
            refusal = error.reason
        seconds = time.perf_counter() - began
        return Offered(name=name, signal=signal, at=at, seconds=seconds, refusal=refusal)


@contextmanager
def offering(load: Load, door: Door) -> Iterator[Offering]:
    """Clients that work until the block ends; what they began is answered when it has ended."""
    work = Offering(load=load, door=door)
    with ThreadPoolExecutor(load.clients) as pool:
        running = [pool.submit(work.work_as, client) for client in range(load.clients)]
        try:
            yield work
        finally:
            work.stop()
        for each in running:
            each.result()
