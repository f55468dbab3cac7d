"""How do many clients offer their batches at once, and how were they answered?

Clients share lanes: in each, one batch is under way at a time. A batch that the door refuses is
offered again, as the real client does; one without an answer is not, for nobody knows of it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

from bench.load.batches import Batch, Sums, protocol_of
from bench.load.clients import Client, Failed, Refused, client_of
from bench.load.model import Signal
from provisioner.otlp import Door, Protocol
from provisioner.runtime.model import Report

AGAIN_SECONDS = 0.5
"""After a refusal."""

TELL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a batch; times are of the monotonic clock.

    It may have been acknowledged after refusals. `failure` says why nobody knows what became of it.
    """

    signal: Signal
    protocol: Protocol
    records: int
    size: int
    due_at: float
    sent_at: float
    answered_at: float
    refusals: int
    is_acknowledged: bool
    failure: str = ""

    @property
    def seconds(self) -> float:
        """From the first offer to the acknowledgement."""
        return self.answered_at - self.sent_at

    @property
    def late_seconds(self) -> float:
        """By how much the generator missed the time."""
        return self.sent_at - self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """All answers, and the sums over what was acknowledged."""

    answers: Sequence[Answer]
    truth: Sums

    @property
    def began_at(self) -> float:
        return min(each.sent_at for each in self.answers)

    @property
    def ended_at(self) -> float:
        return max(each.answered_at for each in self.answers)

    @property
    def events(self) -> int:
        """How many events were acknowledged."""
        return self._acknowledged("events")

    @property
    def points(self) -> int:
        """How many data points of counters were acknowledged."""
        return self._acknowledged("counters")

    @property
    def failures(self) -> list[str]:
        return [each.failure for each in self.answers if each.failure]

    @property
    def refusals(self) -> int:
        return sum(each.refusals for each in self.answers)

    def seconds(self, protocol: Protocol | None = None) -> list[float]:
        """How long the acknowledgements of events took, over one protocol or all."""
        return [
            each.seconds
            for each in self.answers
            if each.is_acknowledged
            and each.signal == "events"
            and (protocol is None or each.protocol == protocol)
        ]

    def _acknowledged(self, signal: Signal) -> int:
        found = (each for each in self.answers if each.signal == signal and each.is_acknowledged)
        return sum(each.records for each in found)


def joined(*parts: Delivered) -> Delivered:
    """What was delivered in several parts, as one."""
    truth: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for part in parts:
        for key, value in part.truth.items():
            truth[key] += value
    answers = [answer for part in parts for answer in part.answers]
    return Delivered(answers=answers, truth=dict(truth))


def in_lanes(batches: Iterable[Batch], lanes: int) -> list[list[Batch]]:
    """Batches by lane, each client's in one of them, in their order."""
    found: list[list[Batch]] = [[] for _ in range(lanes)]
    for each in batches:
        found[each.client % lanes].append(each)
    return found


def deliver(
    lanes: Sequence[Iterable[Batch]],
    clients: int,
    door: Door,
    *,
    most_seconds: float,
    report: Report,
) -> Delivered:
    """Offer every batch when it is due; no lane begins another one when the time is over."""
    with ExitStack() as stack:
        connected = {each: client_of(door, protocol_of(each)) for each in range(clients)}
        for client in connected.values():
            stack.callback(client.close)
        start = time.monotonic()
        works = [
            _Lane(batches=each, clients=connected, start=start, end=start + most_seconds)
            for each in lanes
        ]
        _work(works, report)
    return joined(*(Delivered(answers=each.answers, truth=each.truth) for each in works))


def _work(lanes: Sequence[_Lane], report: Report) -> None:
    """Run all lanes to their ends, telling how far they are."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [pool.submit(lane.run) for lane in lanes]
        try:
            while not all(each.done() for each in running):
                time.sleep(TELL_SECONDS)
                report(f"{sum(lane.acknowledged for lane in lanes):,} records acknowledged")
        finally:
            for lane in lanes:
                lane.stop.set()
        for each in running:
            each.result()


@dataclass(slots=True, kw_only=True)
class _Lane:
    """Some clients' batches, one after another."""

    batches: Iterable[Batch]
    clients: dict[int, Client]
    start: float
    end: float
    stop: Event = field(default_factory=Event)
    answers: list[Answer] = field(default_factory=list)
    truth: defaultdict[tuple[str, ...], float] = field(default_factory=lambda: defaultdict(float))
    acknowledged: int = 0

    def run(self) -> None:
        """Offer what is due, until there is nothing more or no more time."""
        for batch in self.batches:
            due_at = self.start + batch.due
            early = due_at - time.monotonic()
            if early > 0 and self.stop.wait(early):
                return
            if self.stop.is_set() or time.monotonic() >= self.end:
                return
            self._note(batch, self._offered(batch, due_at))

    def _offered(self, batch: Batch, due_at: float) -> Answer:
        sent_at = time.monotonic()
        refusals, is_acknowledged, failure = 0, False, ""
        while not is_acknowledged and not failure:
            try:
                self.clients[batch.client].offer(batch)
                is_acknowledged = True
            except Refused:
                refusals += 1
                if time.monotonic() >= self.end or self.stop.wait(AGAIN_SECONDS):
                    break
            except Failed as failed:
                failure = str(failed)
        return Answer(
            signal=batch.signal,
            protocol=batch.protocol,
            records=batch.records,
            size=len(batch.body),
            due_at=due_at if batch.due else sent_at,
            sent_at=sent_at,
            answered_at=time.monotonic(),
            refusals=refusals,
            is_acknowledged=is_acknowledged,
            failure=failure,
        )

    def _note(self, batch: Batch, answer: Answer) -> None:
        self.answers.append(answer)
        if not answer.is_acknowledged:
            return
        self.acknowledged += answer.records
        for key, value in batch.truth.items():
            self.truth[key] += value
