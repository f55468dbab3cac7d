"""What do more people tell than the invented team has? Copies of the team, under other names.

Copies work at the same times as those they are copied from, and on the same projects: what is
different is who they are, and their sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from provisioner.demo.cast import TEAM
from provisioner.ledger import Series
from provisioner.records import Event, Record, Value

OWN_LABELS = frozenset({"user", "session"})
OWN_ATTRIBUTES = ("user.email", "user.id", "session.id", "prompt.id", "request_id", "tool_use_id")
APART_NS = 1_000_003
"""Between an event and its copy: many entries of one instant make Loki slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many people: the first of the team, or all of it, and copies of it."""

    team: int
    copies: int


def crowd_of(people: int) -> Crowd:
    """A crowd; beyond the team, it is a multiple of it."""
    if people <= len(TEAM):
        return Crowd(team=people, copies=1)
    if people % len(TEAM):
        raise ValueError(f"{people} is neither at most {len(TEAM)} nor a multiple of it")
    return Crowd(team=len(TEAM), copies=people // len(TEAM))


@lru_cache(maxsize=8192)
def copied_series(series: Series, copy: int) -> Series:
    """The same amount, of a copy; the first copy is the team itself."""
    labels = tuple(
        (name, _renamed(value, copy) if name in OWN_LABELS else value)
        for name, value in series.labels
    )
    return replace(series, labels=labels) if copy else series


def copied_events(records: Sequence[Record], copies: int) -> Iterator[Event]:
    """The events of all copies, in the order of their times."""
    for record in records:
        if isinstance(record, Event):
            yield from (_copied_event(record, copy) for copy in range(copies))


def _copied_event(event: Event, copy: int) -> Event:
    if not copy:
        return event
    said = event.attributes
    own: dict[str, Value] = {
        name: _renamed(str(said[name]), copy) for name in OWN_ATTRIBUTES if name in said
    }
    at_ns = event.at_ns + copy * APART_NS
    return Event(name=event.name, attributes={**said, **own}, at_ns=at_ns)


def _renamed(value: str, copy: int) -> str:
    return f"{copy}-{value}" if copy else value
