"""Who works, and what do they tell? As many developers as wanted, each for as long as wanted.

They are those of the demo, and from the eleventh on they come again under other names, ten in a
company with projects of its own. What the demo has no use for is added, so that records are as long
as the client's own: 2.1.330 was listened to.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random

from provisioner.demo.cast import TEAM, Person
from provisioner.demo.pen import Pen
from provisioner.demo.session import play
from provisioner.records import Event, Record, Value

BILLION = 10**9
HOUR_SECONDS = 3600.0
DAY_HOURS = 8.0
EVENTS_A_DAY = 1_500
PAUSE_SECONDS = 4_500.0
"""Between two sessions, on average: so a developer tells about 1,500 events in a working day, of
which about 280 are requests."""

BEFORE_SECONDS = 3 * HOUR_SECONDS
"""For so long everybody has been at work when it begins, so that they do not all begin at once."""

FIRST_TOKEN_MS = 900
_TEXTS = ("tool_input_size_bytes", "tool_result_size_bytes", "prompt_length")
"""Numbers that the client sends as text."""


def developer(number: int) -> Person:
    """The developer of a number; the same ones whatever is measured."""
    person = TEAM[number % len(TEAM)]
    company = number // len(TEAM)
    if company == 0:
        return person
    projects = (replace(each, owner=f"{each.owner}-{company}") for each in person.projects)
    name, team = f"{person.name}-{company}", f"{person.team}-{company}"
    return replace(person, name=name, team=team, projects=tuple(projects))


def told_by(number: int) -> Iterator[Record]:
    """What a developer tells, session after session without an end; times begin at 0."""
    person = developer(number)
    chance = Random(f"load {person.name}")  # noqa: S311 - invented, no secret
    at = -chance.uniform(0.5, 1.5) * BEFORE_SECONDS
    while True:
        pen = Pen(chance, person, chance.choice(person.projects), at, _new_session(chance))
        play(pen, start_type="fresh", days_ago=0, until=math.inf)
        yield from (_as_sent(each) for each in pen.records if each.at_ns >= 0)
        at = pen.at + chance.expovariate(1 / PAUSE_SECONDS)


def portions_of(number: int, events: int) -> Iterator[Sequence[Record]]:
    """What a developer tells, so many events at a time, and the counters between them."""
    told = told_by(number)
    while True:
        portion: list[Record] = []
        left = events
        while left:
            portion.append(next(told))
            left -= isinstance(portion[-1], Event)
        yield portion


def told_until(number: int, ends: Iterable[float]) -> Iterator[Sequence[Record]]:
    """What a developer tells up to each of these times, in seconds; many parts may be empty."""
    told = told_by(number)
    record = next(told)
    for end in ends:
        part: list[Record] = []
        while record.at_ns < end * BILLION:
            part.append(record)
            record = next(told)
        yield part


def _new_session(chance: Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _as_sent(record: Record) -> Record:
    """The record with all that the client says of each, and of this one."""
    said = record.attributes
    own = {**said, **_person(str(said["user.email"])), **_repository(said)}
    if isinstance(record, Event):
        own |= _of_event(record)
    return replace(record, attributes=own)


@lru_cache(maxsize=4096)
def _person(email: str) -> Mapping[str, Value]:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return {
        "user.id": digest,
        "user.account_id": f"user_01{digest[:22]}",
        "anthropic.provider": "firstParty",
    }


def _repository(said: Mapping[str, Value]) -> Mapping[str, Value]:
    name = f"{said['vcs.owner.name']}/{said['vcs.repository.name']}"
    return {"vcs.repository.url.full": f"https://github.com/{name}"}


def _of_event(event: Event) -> Mapping[str, Value]:
    said = event.attributes
    own: dict[str, Value] = {name: str(said[name]) for name in _TEXTS if name in said}
    match event.name:
        case "user_prompt":
            own |= {"prompt": "<REDACTED>", "prompt_text": "<REDACTED>"}
        case "api_request":
            own |= {
                "cache_creation_5m_tokens": said["cache_creation_tokens"],
                "cache_creation_1h_tokens": 0,
                "ttft_ms": FIRST_TOKEN_MS,
            }
    return own
