"""How is an invented session written down? A clock, chance, and the records so far."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random

from provisioner.demo.cast import Model, Person, Project
from provisioner.records import Event, Increment, Record, Value

VERSION = "2.1.330"
COUNTERS = "claude_code."


class Pen:
    """Writes one session; the clock is in seconds since the epoch.

    Ids, durations and sizes come from the one source of chance, so that the same seed writes the
    same story.
    """

    def __init__(
        self, chance: Random, person: Person, project: Project, at: float, session: str
    ) -> None:
        self.chance = chance
        self.person = person
        self.project = project
        self.at = at
        self.session = session
        self.prompt = ""
        self.records: list[Record] = []
        self._sequence = 0
        self._common = self._who() | self._where()

    def tell(self, event: str, attributes: Mapping[str, Value]) -> None:
        """An event of this moment; the next one is a little later."""
        at = datetime.fromtimestamp(self.at, tz=UTC)
        own: dict[str, Value] = {
            **self._common,
            "event.sequence": self._sequence,
            "event.timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        }
        if self.prompt:
            own["prompt.id"] = self.prompt
        found = Event(name=event, attributes=own | dict(attributes), at_ns=self._at_ns())
        self.records.append(found)
        self._sequence += 1
        self.at += 0.003

    def count(
        self, counter: str, value: float, attributes: Mapping[str, Value] | None = None
    ) -> None:
        """An increment of one of the client's counters."""
        own = {**self._common, **(attributes or {})}
        name = COUNTERS + counter
        found = Increment(name=name, value=value, attributes=own, at_ns=self._at_ns())
        self.records.append(found)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.at += seconds

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self.chance.random() < probability

    def about(self, middle: float, spread: float = 0.5) -> float:
        """A number around a middle: half are smaller, a few are much larger."""
        return middle * math.exp(self.chance.gauss(0.0, spread))

    def some(self, middle: float, spread: float = 0.5) -> int:
        """A whole number around a middle, at least one."""
        return max(1, round(self.about(middle, spread)))

    def pick(self, weights: Mapping[str, float]) -> str:
        """One of the names, by its weight."""
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def one_of(self, names: Sequence[str]) -> str:
        """One of the names."""
        return self.chance.choice(names)

    def new_id(self) -> str:
        """An id that nothing else has."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def short_id(self, prefix: str) -> str:
        """An id as the API gives them."""
        return f"{prefix}_{self.chance.getrandbits(96):024x}"

    def model_of(self, model: Model) -> str:
        """A model as the client names it: people who pick a large window see it in the name."""
        is_large = model is self.person.model and self.person.effort == "max"
        return f"{model.name}[1m]" if is_large else model.name

    def _at_ns(self) -> int:
        return round(self.at * 1000) * 1_000_000

    def _who(self) -> dict[str, Value]:
        install = uuid.uuid5(uuid.NAMESPACE_DNS, self.person.email)
        return {
            "session.id": self.session,
            "user.id": install.hex,
            "user.email": self.person.email,
            "user.account_uuid": str(install),
            "organization.id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "tidewater.example")),
            "team": self.person.team,
        }

    def _where(self) -> dict[str, Value]:
        return {
            "terminal.type": self.person.terminal,
            "app.entrypoint": self.person.entrypoint,
            "app.version": VERSION,
            "vcs.owner.name": self.project.owner,
            "vcs.repository.name": self.project.name,
            "vcs.provider.name": "github",
        }
