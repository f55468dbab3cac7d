"""Which answers of the model has Loki heard of? From the client, or from us out of transcripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from provisioner.backends import Entry, Loki
from provisioner.ledger import MILLISECOND_NS
from provisioner.normalise import numbers
from provisioner.runtime.model import Report
from provisioner.telemetry import TOKEN_TYPES

KEY = "transcript_key"
"""The attribute that names the answer in an entry that we wrote out of a transcript."""

Origin = Literal["live", "transcript"]
Tokens = tuple[int, int, int, int]
"""Input, output, read from and written to the cache."""

EVENT = "api_request"
SELECTOR = f'{{service_name=~"claude-code.*",event_name="{EVENT}"}}'
DAY_MS = 86_400_000

_KEPT = (
    KEY,
    "request_id",
    "session_id",
    "user",
    "team",
    "project",
    "source",
    "origin",
    "cost_usd",
    *TOKEN_TYPES.values(),
)
_QUERY = f"{SELECTOR} | keep {', '.join(_KEPT)}"


class Told(NamedTuple):
    """One answer as Loki has it; `key` is empty for what the client told itself."""

    at_ms: int
    key: str
    request_id: str
    session: str
    user: str
    team: str
    project: str
    source: str
    origin: Origin
    cost_usd: float | None
    tokens: Tokens


def read_told(loki: Loki, start_ms: int, end_ms: int, report: Report) -> list[Told]:
    """All answers that Loki has of a span, oldest first; raises BackendError."""
    found: list[Told] = []
    for begin, end in parts(start_ms, end_ms):
        span = (begin * MILLISECOND_NS, end * MILLISECOND_NS)
        found += [told(entry) for entry in loki.entries(_QUERY, *span)]
        report(f"{len(found):,} answers in Loki")
    return found


def parts(start_ms: int, end_ms: int, days: int = 14) -> Iterator[tuple[int, int]]:
    """A span in parts of some days: what a store answers in time."""
    step = days * DAY_MS
    for each in range(start_ms, end_ms, step):
        yield each, min(each + step, end_ms)


def told(entry: Entry) -> Told:
    """What an entry says of an answer, as far as the ledger counts it."""
    said = entry.attributes
    counted = numbers(EVENT, said)
    given, made, read, written = (int(counted[name]) for name in TOKEN_TYPES.values())
    return Told(
        at_ms=entry.at_ns // MILLISECOND_NS,
        key=said.get(KEY, ""),
        request_id=said.get("request_id", ""),
        session=said.get("session_id", ""),
        user=said.get("user", ""),
        team=said.get("team", ""),
        project=said.get("project", ""),
        source=said.get("source", ""),
        origin="transcript" if said.get(KEY) else "live",
        cost_usd=counted.get("cost_usd"),
        tokens=(given, made, read, written),
    )
