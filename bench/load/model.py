"""How much is offered by whom, and what became of each batch?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from provisioner.otlp import PROTOCOLS, Protocol

Signal = Literal["events", "counters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many clients tell how much, how often, and for how long at most."""

    project: str
    clients: int = 6
    interval_seconds: float = 0.5
    """Between two batches of one client; Claude Code's own default is five seconds for events."""
    most_seconds: float = 900.0
    protocols: tuple[Protocol, ...] = PROTOCOLS
    """Taken in turn by the clients."""
    padding_bytes: int = 0
    """How much text of no meaning an event carries, to fill queues and disks with."""
    clock_seconds: float = 0.0
    """How far the clients' clocks are ahead of the right time."""
    is_traced: bool = True
    """A session for each batch, by which stores can be asked for it; else one for each client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A batch, when it was offered, how long the answer took, and what it was.

    `name` is the session of its events, or the team of its counters. `refusal` is empty when the
    batch was acknowledged.
    """

    name: str
    signal: Signal
    at: float
    seconds: float
    refusal: str

    @property
    def answered_at(self) -> float:
        return self.at + self.seconds

    @property
    def is_acknowledged(self) -> bool:
        return not self.refusal
