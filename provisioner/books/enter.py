"""How do notes get into both stores? First the entry in Loki, then, from it, the amounts.

A run that ends between the two leaves an entry without amounts, which the next one finds and
completes; never amounts of which nobody knows whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from provisioner.backends import Loki
from provisioner.books.notes import Note, amounts
from provisioner.books.told import KEY, SELECTOR
from provisioner.errors import DeliveryFailed
from provisioner.history import INGEST_SOURCE, Stores, write_amounts
from provisioner.ledger import MILLISECOND_NS
from provisioner.otlp import Sender, logs_request, send_to_store
from provisioner.runtime.model import Report, silent
from provisioner.telemetry import EVENT_SCOPE

NOTES_AT_ONCE = 2_000
"""Their amounts are some 20,000 samples: one request, which Prometheus takes as a whole or not."""

BAD_REQUEST = 400
MOST_STREAMS = 20
_STREAM = "transcript"
_TOO_FAR_BEHIND = "too far behind"
"""What Loki says of an entry much older than its stream's newest: another stream takes it."""


@dataclass(slots=True, kw_only=True)
class Entered:
    """How many answers are now in both stores, and what each store refused for good, and why."""

    answers: int = 0
    cost_usd: float = 0.0
    refused: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, keys: Iterable[str], reason: str) -> None:
        self.refused.setdefault(reason, []).extend(keys)


@dataclass(slots=True, kw_only=True)
class Pen:
    """Writes notes; remembers which of the streams for history Loki takes them in."""

    stores: Stores
    session_series: bool
    entered: Entered = field(default_factory=Entered)
    stream: int = 1

    def enter(self, notes: Iterable[Note], report: Report) -> None:
        """Write notes, oldest first, into both stores; raises DeliveryFailed when one is away."""
        for batch in _batches(notes):
            self._add_amounts(self._tell(batch))
            report(f"{self.entered.answers:,} answers")

    def complete(self, notes: Iterable[Note], report: Report) -> None:
        """Write the amounts of notes whose entries Loki has; what is there already stays one."""
        for batch in _batches(notes):
            self._add_amounts(batch)
            report(f"{self.entered.answers:,} answers completed")

    def _add_amounts(self, notes: Sequence[Note]) -> None:
        """Prometheus refuses a request as a whole for one sample that it does not take."""
        try:
            for ledger in amounts(notes, session_series=self.session_series):
                write_amounts(self.stores, ledger, silent)
        except DeliveryFailed as error:
            if error.status != BAD_REQUEST:
                raise
            if len(notes) == 1:
                self.entered.refuse([notes[0].key], error.reason)
                return
            middle = len(notes) // 2
            self._add_amounts(notes[:middle])
            self._add_amounts(notes[middle:])
        else:
            self.entered.answers += len(notes)
            self.entered.cost_usd += sum(map(_cost, notes))

    def _tell(self, notes: Sequence[Note]) -> list[Note]:
        """Write entries; those that Loki has now."""
        left = list(notes)
        while left:
            try:
                self._send(left)
            except DeliveryFailed as error:
                if error.status != BAD_REQUEST:
                    raise
                # Of a request that Loki refuses, it keeps what it has nothing against.
                left = self._not_there(left)
                if _TOO_FAR_BEHIND not in error.reason or self.stream == MOST_STREAMS:
                    self.entered.refuse((note.key for note in left), error.reason)
                    break
                self.stream += 1
            else:
                left = []
        gone = {note.key for note in left}
        return [note for note in notes if note.key not in gone]

    def _send(self, notes: Sequence[Note]) -> None:
        name = _STREAM if self.stream == 1 else f"{_STREAM}-{self.stream}"
        resource = {"origin": "transcript", INGEST_SOURCE: name}
        sender = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=resource)
        request = logs_request(sender, [note.kept for note in notes])
        send_to_store(f"{self.stores.loki_url}/otlp/v1/logs", request, self.stores.key)

    def _not_there(self, notes: Sequence[Note]) -> list[Note]:
        query = f'{SELECTOR} | {KEY}!="" | keep {KEY}'
        span = (notes[0].event.at_ns, notes[-1].event.at_ns + MILLISECOND_NS)
        found = Loki(url=self.stores.loki_read_url).entries(query, *span)
        there = {entry.attributes[KEY] for entry in found}
        return [note for note in notes if note.key not in there]


def _batches(notes: Iterable[Note]) -> Iterator[list[Note]]:
    remaining = iter(notes)
    while batch := list(islice(remaining, NOTES_AT_ONCE)):
        yield batch


def _cost(note: Note) -> float:
    return float(note.event.attributes.get("cost_usd", 0.0))
