"""What is read out of transcripts: responses, what they add up to, and what was left out.

Responses and slices are named tuples, not dataclasses: a report makes ten thousands of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

PICODOLLARS = 10**12
"""Costs are whole numbers of this part of a dollar, so that sums are exact in any order."""

UNREADABLE = "unreadable file"
"""The flag of files that could not be read: what they tell is in no number."""

SLOT_MS = 15 * 60 * 1000
"""Every time zone of today is a whole number of such slots away from UTC."""

Source = Literal["main", "subagent", "advisor"]

SkipReason = Literal[
    "broken",  # no JSON, although it holds a usage
    "cut off",  # the last line of a file that is still being written
    "synthetic",  # the client's own words, no answer of a model
    "no usage",  # an answer without counts
    "no time",  # an answer of which nobody knows when
]


class Response(NamedTuple):
    """One answer of the API, counted once, as its original tells it.

    `cost` is tokens times the list price of its day, `billed` adds what else the price depends on;
    both in picodollars, None where the model has no price. `prompt_id` is that of the prompt before
    it in its file. `path` and `offset` say where its line stands.
    """

    message_id: str
    request_id: str
    at_ms: int
    session: str
    project: str
    model: str
    source: Source
    agent_id: str
    agent_type: str
    prompt_id: str
    entrypoint: str
    effort: str
    speed: str
    inference_geo: str
    service_tier: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_searches: int
    cost: int | None
    billed: int | None
    path: str
    offset: int

    @property
    def key(self) -> str:
        """Tells it from all others: its message id, unless a gateway may have used that again."""
        if self.request_id:
            return self.message_id
        written = self.cache_write_5m_tokens + self.cache_write_1h_tokens
        return f"{self.message_id}/{self.input_tokens}/{self.cache_read_tokens}/{written}"


class Slice(NamedTuple):
    """The responses of one model in one session within one slot, added up.

    `slot` counts slots since 1970. `cost` and `billed` leave out `unpriced` responses.
    """

    slot: int
    session: str
    project: str
    model: str
    source: Source
    requests: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_searches: int
    cost: int
    billed: int
    unpriced: int


class PriceList(Protocol):
    """What responses cost; `provisioner.prices` has the real one."""

    version: str
    """Costs of another version are calculated anew."""

    def cost(  # noqa: PLR0913, PLR0917 - the columns of a row
        self,
        model: str,
        at_ms: int,
        input_tokens: int,
        output_tokens: int,
        cache_read_tokens: int,
        cache_write_5m_tokens: int,
        cache_write_1h_tokens: int,
        /,
    ) -> int | None:
        """Picodollars for tokens at the list price of their day; None without a price."""

    def billed(  # noqa: PLR0913, PLR0917 - the columns of a row
        self,
        model: str,
        at_ms: int,
        input_tokens: int,
        output_tokens: int,
        cache_read_tokens: int,
        cache_write_5m_tokens: int,
        cache_write_1h_tokens: int,
        speed: str,
        inference_geo: str,
        service_tier: str,
        web_searches: int,
        /,
    ) -> int | None:
        """The same with what else the price depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which responses are asked for: from `since_ms` on and before `until_ms`.

    Empty sequences mean all. `models` are names as reports print them, `projects` paths or the last
    parts of paths, `sessions` ids or their beginnings.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    projects: Sequence[str] = ()
    models: Sequence[str] = ()
    sessions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the numbers rest on: all that was looked at, before any question narrowed it.

    `gone` files were counted before the client deleted them. `flags` are oddities that were counted
    all the same, by reason, and files that were UNREADABLE.
    """

    roots: Sequence[Path]
    files: int
    gone: int
    lines: int
    responses: int
    duplicates: int
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
