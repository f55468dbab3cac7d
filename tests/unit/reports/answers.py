"""Responses made by hand or by chance, and a reader that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from provisioner.reports.amounts import NOTHING, Amounts, of_response, total
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import SLOT_MS, Coverage, Query, Response, Slice

UTC_ZONE = Zone(name="UTC", info=datetime.fromisoformat("2026-01-01T00:00Z").tzinfo)
UNPRICED = "my-model"
_MODELS = ("claude-opus-4-7", "claude-haiku-4-5", UNPRICED)


def ms(text: str) -> int:
    """A time in UTC, unless it says otherwise, in milliseconds."""
    moment = datetime.fromisoformat(text)
    placed = moment if moment.tzinfo else moment.replace(tzinfo=UTC_ZONE.info)
    return round(placed.timestamp() * 1000)


PLAIN = Response(
    message_id="msg_1",
    request_id="req_1",
    at_ms=ms("2026-11-22T10:20:30.500"),
    session="3aa56b2a-971f-45ae-b4b1-47dd14a15677",
    project="/kim/widgets",
    model="claude-opus-4-7",
    source="main",
    agent_id="",
    agent_type="",
    prompt_id="prompt-1",
    entrypoint="cli",
    effort="",
    speed="standard",
    inference_geo="",
    service_tier="standard",
    input_tokens=100,
    output_tokens=20,
    cache_read_tokens=3_000,
    cache_write_5m_tokens=400,
    cache_write_1h_tokens=50,
    web_searches=0,
    cost=10_000_000_000,
    billed=11_000_000_000,
    path="/kim/.claude/projects/-home-kim-widgets/3aa56b2a.jsonl",
    offset=1234,
)


def at(text: str) -> Response:
    """A response of that time, in UTC unless it says otherwise."""
    return PLAIN._replace(at_ms=ms(text))


def by_chance(seed: int, count: int = 200) -> list[Response]:
    """Responses of 20 days around a change of clocks, of few sessions, projects and models."""
    random = Random(seed)  # noqa: S311 - the same seed makes the same ones
    first = ms("2026-10-15T00:00")
    return [_by_chance(random, number, first) for number in range(count)]


def _by_chance(random: Random, number: int, first: int) -> Response:
    session = random.randrange(12)
    model = random.choice(_MODELS)
    is_priced = model != UNPRICED
    return PLAIN._replace(
        message_id=f"msg_{number}",
        request_id=f"req_{number}",
        at_ms=first + random.randrange(20 * 24 * 3_600_000),
        session=f"session-{session}",
        project=f"/kim/project-{session % 4}",
        model=model,
        source=random.choice(("main", "subagent", "advisor")),
        input_tokens=random.randrange(10_000),
        output_tokens=random.randrange(5_000),
        cache_read_tokens=random.randrange(1_000_000),
        cache_write_5m_tokens=random.randrange(20_000),
        cache_write_1h_tokens=random.randrange(20_000),
        web_searches=random.randrange(3),
        cost=random.randrange(10**12) if is_priced else None,
        billed=random.randrange(10**12) if is_priced else None,
    )


def slices(responses: Iterable[Response]) -> list[Slice]:
    """What a reader makes of them."""
    parts: dict[tuple[int, str, str, str, str], list[Amounts]] = {}
    for each in responses:
        place = (each.at_ms // SLOT_MS, each.session, each.project, each.model, each.source)
        parts.setdefault(place, []).append(of_response(each))
    return [Slice._make((*place, *total(several))) for place, several in parts.items()]


def sum_of(responses: Iterable[Response]) -> Amounts:
    return total((NOTHING, *map(of_response, responses)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade:
    """A reader of responses that are already there."""

    all: Sequence[Response]
    roots: Sequence[Path] = (Path("/kim/.claude"),)
    skipped: int = 0
    coverage: Coverage = field(init=False)

    def __post_init__(self) -> None:
        coverage = Coverage(
            roots=self.roots,
            files=2,
            gone=1,
            lines=10 * len(self.all),
            responses=len(self.all),
            duplicates=3,
            skipped={"synthetic": self.skipped} if self.skipped else {},
        )
        object.__setattr__(self, "coverage", coverage)

    def slices(self, query: Query) -> list[Slice]:
        return slices(self.responses(query))

    def responses(self, query: Query) -> Iterator[Response]:
        wanted = (each for each in self.all if _is_wanted(each, query))
        return iter(sorted(wanted, key=lambda each: each.at_ms))

    def unpriced(self, query: Query) -> list[str]:
        return sorted({each.model for each in self.responses(query) if each.cost is None})


def _is_wanted(each: Response, query: Query) -> bool:
    return (
        (query.since_ms is None or each.at_ms >= query.since_ms)
        and (query.until_ms is None or each.at_ms < query.until_ms)
        and (not query.models or each.model in query.models)
        and (
            not query.projects
            or any(
                each.project == name or each.project.endswith(f"/{name}") for name in query.projects
            )
        )
    )
