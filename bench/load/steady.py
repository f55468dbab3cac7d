"""How do many clients tell so many events a second, evenly, for as long as wanted?

Each is a busy developer's: five events in every five seconds. What such a developer tells in an
hour takes others half a day, so its session is changed by the wall's clock: there are as many
sessions, and as many series, as developers have who work that long.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from bench.load.batches import Batch
from bench.load.people import portions_of
from bench.load.schedule import EXPORT_SECONDS, Schedule, by_lane, intervals_in

IN_A_BATCH = 5
SESSION_SECONDS = 6_200.0
"""As developers of the demo have it: four to five sessions in eight hours."""

LANES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """So many events a second, for so long."""

    rate: float
    seconds: float

    @property
    def clients(self) -> int:
        return max(round(self.rate * EXPORT_SECONDS / IN_A_BATCH), 1)

    @property
    def events(self) -> int:
        return self.clients * intervals_in(self.seconds) * IN_A_BATCH

    def lanes(self, begins: float) -> list[Iterator[Batch]]:
        """The requests by lane, written when they are asked for."""
        schedule = Schedule(clients=self.clients, begins=begins)
        told = [self._told_by(client, schedule) for client in range(self.clients)]
        return by_lane(told, LANES)

    def _told_by(self, client: int, schedule: Schedule) -> Iterator[Batch]:
        portions = portions_of(client, IN_A_BATCH)
        wanted = itertools.islice(portions, intervals_in(self.seconds))

        def session_at(due: float) -> str:
            number = (due + client / self.clients * SESSION_SECONDS) // SESSION_SECONDS
            return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{client} {number}"))

        return schedule.exports(client, wanted, session_at)
