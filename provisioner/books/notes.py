"""What is written into the books of an answer that nobody has told? An entry, and its amounts.

Both stand at one millisecond that no other answer out of a transcript has: so its amounts never
meet another's in one series, and are the same whenever they are written again. They are made of
what the entry holds, so that whoever finds the entry without its amounts can add them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from provisioner.books.match import key
from provisioner.books.names import Who
from provisioner.books.told import EVENT, KEY
from provisioner.ledger import MILLISECOND_NS, Ledger, ledger
from provisioner.normalise import Teller, stored
from provisioner.records import Event, Value
from provisioner.telemetry import TOKEN_TYPES
from provisioner.transcripts.model import PICODOLLARS, Response

_FROM_LOKI = {
    "session_id": "session.id",
    "app_entrypoint": "app.entrypoint",
    "source": "query_source",
    **{name: name for name in ("team", "project", "model", "effort", "speed", "cost_usd")},
    **{name: name for name in TOKEN_TYPES.values()},
}
"""Of which attributes amounts are made, and how Loki calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One answer to be written in: its key, whose it is, and what is told of it."""

    key: str
    user: str
    event: Event

    @property
    def at_ms(self) -> int:
        return self.event.at_ns // MILLISECOND_NS

    @property
    def kept(self) -> Event:
        """The entry for Loki."""
        return stored(self.event, _teller(self.user))


def notes(responses: Iterable[tuple[Response, Who]], taken: Iterable[int]) -> Iterator[Note]:
    """A note of each answer, oldest first, at the first free millisecond from its own on."""
    occupied = set(taken)
    for response, who in responses:
        at_ms = response.at_ms
        while at_ms in occupied:
            at_ms += 1
        occupied.add(at_ms)
        attributes = {**_attributes(response), "team": who.team, "project": who.project}
        event = Event(name=EVENT, attributes=attributes, at_ns=at_ms * MILLISECOND_NS)
        yield Note(key=key(response), user=who.user, event=event)


def note_of(said: Mapping[str, str], at_ns: int) -> Note:
    """The note whose entry Loki has, as far as amounts are made of it."""
    attributes = {ours: said[name] for name, ours in _FROM_LOKI.items() if name in said}
    event = Event(name=EVENT, attributes=attributes, at_ns=at_ns)
    return Note(key=said[KEY], user=said.get("user", ""), event=event)


def amounts(written: Iterable[Note], *, session_series: bool) -> Iterator[Ledger]:
    """The amounts of notes, those of one person together."""
    by_user: dict[str, list[Event]] = {}
    for note in written:
        by_user.setdefault(note.user, []).append(note.event)
    for user, events in by_user.items():
        yield ledger(events, _teller(user), session_series=session_series)


@lru_cache(maxsize=64)
def _teller(user: str) -> Teller:
    """Whose name is a label already is neither hashed nor dropped again."""
    return Teller(resource={"origin": "transcript", "user.email": user})


def _attributes(response: Response) -> dict[str, Value]:
    told: dict[str, Value] = {
        KEY: key(response),
        "session.id": response.session,
        "message_id": response.message_id,
        "model": response.model,
        "query_source": response.source,
        "event.timestamp": _iso(response.at_ms),
        "input_tokens": response.input_tokens,
        "output_tokens": response.output_tokens,
        "cache_read_tokens": response.cache_read_tokens,
        "cache_creation_tokens": response.cache_write_5m_tokens + response.cache_write_1h_tokens,
        "cache_creation_5m_tokens": response.cache_write_5m_tokens,
        "cache_creation_1h_tokens": response.cache_write_1h_tokens,
        "speed": "normal" if response.speed in ("", "standard") else response.speed,
    }
    if response.cost is not None:
        told["cost_usd"] = response.cost / PICODOLLARS
    return told | {name: value for name, value in _words(response).items() if value}


def _words(response: Response) -> dict[str, str]:
    """What not every answer has, or not every client tells."""
    return {
        "request_id": response.request_id,
        "prompt.id": response.prompt_id,
        "app.entrypoint": response.entrypoint,
        "effort": response.effort,
        "agent_id": response.agent_id,
        "agent.name": response.agent_type,
    }


def _iso(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
