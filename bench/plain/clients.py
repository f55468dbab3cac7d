"""What do simulated developers do, and what is told of it when?

Each has one short session after another: a few prompts, some requests and tools for each, pauses in
between. Counters are exported every ten seconds, events every five, as both setups say, and what is
left when the session ends. The same seed makes the same work.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from bench.plain.counters import Counters, Point, Temporality
from provisioner.records import Event, Value

COUNTERS_MS = 10_000
EVENTS_MS = 5_000
PROJECT = "bench/plain"
TITLES = "claude-haiku-5-5"
MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
TOOLS = ("Bash", "Read", "Edit", "Grep")
TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cacheRead": "cache_read_tokens",
    "cacheCreation": "cache_creation_tokens",
}
MICROS = {"input": 4.0, "output": 20.0, "cacheRead": 0.2, "cacheCreation": 5.0}
"""What a token costs, in millionths of a dollar; for every model, as nobody here reads prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a client hands over at a moment; times are milliseconds after the beginning."""

    at_ms: int
    events: tuple[Event, ...] = ()
    points: Mapping[Temporality, tuple[Point, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was really spent and done."""

    cost_usd: float
    tokens: int
    lines: int
    sessions: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All exports, by their time, and the truth."""

    exports: tuple[Export, ...]
    truth: Truth


def invented_work(developers: int, seconds: int, seed: str) -> Work:
    """The work of some developers for some time; a session that has begun by then is finished."""
    sessions = [
        session for number in range(developers) for session in _days_work(number, seconds, seed)
    ]
    exports = [export for session in sessions for export in session.exports()]
    done = sum((session.done for session in sessions), Counter[str]())
    truth = Truth(
        cost_usd=done["micros"] / 1e6,
        tokens=done["tokens"],
        lines=done["lines"],
        sessions=len(sessions),
        events=sum(len(export.events) for export in exports),
    )
    return Work(exports=tuple(sorted(exports, key=lambda export: export.at_ms)), truth=truth)


def _days_work(number: int, seconds: int, seed: str) -> Iterator[_Session]:
    chance = Random(f"{seed} {number}")  # noqa: S311 - invented, no secret
    at_ms = round(chance.uniform(0, 20_000))
    while at_ms < seconds * 1000:
        session = _Session(chance, number, at_ms)
        session.play()
        yield session
        at_ms = session.at_ms + round(chance.uniform(2_000, 15_000))


class _Session:
    """One process of the client: what it tells, and what it really did."""

    def __init__(self, chance: Random, number: int, at_ms: int) -> None:
        self.at_ms = self.began_ms = at_ms
        self.done: Counter[str] = Counter()
        self._chance = chance
        self._model = MODELS[number % len(MODELS)]
        self._events: list[Event] = []
        self._increments: list[tuple[int, str, float, Mapping[str, Value]]] = []
        self._common: dict[str, Value] = {
            "session.id": self._id(),
            "user.id": uuid.uuid5(uuid.NAMESPACE_DNS, f"{number}").hex * 2,
            "user.email": f"developer-{number}@example.com",
            "organization.id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")),
            "terminal.type": "vscode",
            "vcs.owner.name": PROJECT.partition("/")[0],
            "vcs.repository.name": PROJECT.partition("/")[2],
        }

    def play(self) -> None:
        """A session: now and then `claude -p`, mostly a few prompts with pauses to read."""
        self._count("session.count", 1, start_type="fresh")
        for number in range(self._chance.choice((1, 1, 2, 3, 4))):
            if number:
                self._wait(5, 40)
            self._prompt(is_first=number == 0)

    def exports(self) -> Iterator[Export]:
        """Its exports: at every interval, and at its end."""
        yield from self._exports_of_events()
        yield from self._exports_of_counters()

    def _exports_of_events(self) -> Iterator[Export]:
        left = list(self._events)
        for at_ms in self._moments(EVENTS_MS):
            told = tuple(event for event in left if event.at_ns < at_ms * 1_000_000)
            left = left[len(told) :]
            if told:
                yield Export(at_ms=at_ms, events=told)

    def _exports_of_counters(self) -> Iterator[Export]:
        counters, left = Counters(), list(self._increments)
        for at_ms in self._moments(COUNTERS_MS):
            grown = [increment for increment in left if increment[0] < at_ms]
            left = left[len(grown) :]
            for then_ms, name, value, attributes in grown:
                counters.add(name, value, attributes, then_ms)
            yield Export(at_ms=at_ms, points=counters.collect(at_ms))

    def _moments(self, every_ms: int) -> Iterator[int]:
        end_ms = self.at_ms + 300
        yield from range(self.began_ms + every_ms, end_ms, every_ms)
        yield end_ms

    def _prompt(self, *, is_first: bool) -> None:
        prompt, began_ms = self._id(), self.at_ms
        self._tell("user_prompt", prompt, prompt_length=self._chance.randrange(20, 400))
        if is_first:
            self._request(prompt, TITLES, "auxiliary", seconds=0.8)
        for _ in range(self._chance.randrange(1, 7)):
            self._request(prompt, self._model, "main", seconds=self._chance.uniform(1.5, 6))
            self._tool(prompt)
        self._request(prompt, self._model, "main", seconds=self._chance.uniform(1.5, 6))
        self._tell("assistant_response", prompt, response_length=900, model=self._model)
        self._count("active_time.total", (self.at_ms - began_ms) / 1000, type="cli")

    def _request(self, prompt: str, model: str, source: str, *, seconds: float) -> None:
        self._wait(seconds, seconds)
        tokens = {
            "input": self._chance.randrange(3, 60),
            "output": self._chance.randrange(20, 1500),
            "cacheRead": self._chance.randrange(15_000, 120_000),
            "cacheCreation": self._chance.randrange(100, 4_000),
        }
        micros = round(sum(MICROS[kind] * count for kind, count in tokens.items()))
        own: dict[str, Value] = {"model": model, "effort": "medium"}
        self._tell(
            "api_request",
            prompt,
            **own,
            query_source="repl_main_thread" if source == "main" else "generate_session_title",
            request_id=f"req_{self._id()}",
            cost_usd=micros / 1e6,
            duration_ms=round(seconds * 1000),
            **{TOKENS[kind]: count for kind, count in tokens.items()},
        )
        self._count("cost.usage", micros / 1e6, query_source=source, **own)
        for kind, count in tokens.items():
            self._count("token.usage", count, query_source=source, type=kind, **own)
        self.done.update(tokens=sum(tokens.values()), micros=micros)

    def _tool(self, prompt: str) -> None:
        tool, use = self._chance.choice(TOOLS), f"toolu_{self._id()}"
        said: dict[str, Value] = {"tool_name": tool, "tool_use_id": use}
        self._tell("tool_decision", prompt, **said, decision="accept", source="config")
        self._wait(0.05, 2)
        self._tell("tool_result", prompt, **said, success="true", duration_ms="120")
        if tool == "Edit":
            for kind in ("added", "removed"):
                lines = self._chance.randrange(1, 30)
                self._count("lines_of_code.count", lines, type=kind, model=self._model)
                self.done["lines"] += lines

    def _tell(self, name: str, prompt: str, **said: Value) -> None:
        own: dict[str, Value] = {"event.sequence": len(self._events), "prompt.id": prompt}
        attributes = {**self._common, **own, **said}
        self._events.append(Event(name=name, attributes=attributes, at_ns=self._next_ns()))

    def _count(self, counter: str, value: float, **said: Value) -> None:
        attributes = {**self._common, **said}
        self._increments.append((self.at_ms, f"claude_code.{counter}", value, attributes))

    def _wait(self, least: float, most: float) -> None:
        self.at_ms += round(self._chance.uniform(least, most) * 1000)

    def _next_ns(self) -> int:
        # No two events of a session at one instant.
        self.at_ms += 3
        return self.at_ms * 1_000_000

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
