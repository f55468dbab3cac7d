"""What does one file tell, and what is asked of it? Shapes of data, light enough to load always."""

from __future__ import annotations

from enum import IntFlag
from struct import Struct
from typing import NamedTuple

from provisioner.transcripts.model import SkipReason, Source

Counts = tuple[int, int, int, int, int, int]
"""Tokens: input, output, read from the cache, written for five minutes and an hour; searches."""


class Oddity(IntFlag):
    """What is odd about an answer that was counted all the same."""

    NO_MESSAGE_ID = 1
    UNKNOWN_SPEED = 2
    IMPOSSIBLE_COUNT = 4


class Setting(NamedTuple):
    """What most answers of a file have in common. `model` is as the client wrote it.

    `is_copy` where a line says that it was taken over from elsewhere.
    """

    session: str
    model: str
    source: Source
    agent_id: str
    agent_type: str
    entrypoint: str
    effort: str
    speed: str
    inference_geo: str
    service_tier: str
    is_copy: bool
    is_sidechain: bool


class Sighting(NamedTuple):
    """A response as one file tells it; several lines of a file that repeat it are one.

    Ends with the fields of `Setting`.
    """

    message_id: str
    request_id: str
    at_ms: int
    prompt_id: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_searches: int
    offset: int
    oddities: int
    session: str
    model: str
    source: Source
    agent_id: str
    agent_type: str
    entrypoint: str
    effort: str
    speed: str
    inference_geo: str
    service_tier: str
    is_copy: bool
    is_sidechain: bool

    @property
    def setting(self) -> tuple[object, ...]:
        """Its last fields, those of `Setting`."""
        return self[OWN:]

    @property
    def counts(self) -> Counts:
        """Its tokens and searches, as `Counts` has them."""
        return self[4:10]

    def with_counts(self, counts: Counts) -> Sighting:
        """The same with other tokens and searches."""
        tokens, output, cache_read, write_5m, write_1h, searches = counts
        return self._replace(
            input_tokens=tokens,
            output_tokens=output,
            cache_read_tokens=cache_read,
            cache_write_5m_tokens=write_5m,
            cache_write_1h_tokens=write_1h,
            web_searches=searches,
        )

    @property
    def input_side(self) -> tuple[int, int, int]:
        """What is equal on every copy of a response."""
        written = self.cache_write_5m_tokens + self.cache_write_1h_tokens
        return self.input_tokens, self.cache_read_tokens, written


OWN = len(Sighting._fields) - len(Setting._fields)
"""So many of its first fields are a sighting's own."""


class Job(NamedTuple):
    """A file to read, and what is known of its part before `offset`."""

    path: str
    session: str
    agent_id: str
    offset: int = 0
    fingerprint: int = 0
    prompt_id: str = ""


class Scan(NamedTuple):
    """What a file holds behind `start`: 0 if it was not what it had been.

    `offset` is where to go on: before a last line that has no end yet. Its answers are among the
    `sightings`, but its counts stand apart, because it will be read again.
    """

    path: str
    start: int
    offset: int
    fingerprint: int
    prompt_id: str
    born_ms: int
    cwds: tuple[str, ...]
    lines: int
    answers: int
    skipped: dict[SkipReason, int]
    last_lines: int
    last_answers: int
    last_skipped: dict[SkipReason, int]
    sightings: list[Sighting]


Result = Scan | str
"""What a file says, or the path of one that cannot be read."""

LENGTH = Struct("<I")
"""Before each result on its way between processes, so that they can be told apart."""
