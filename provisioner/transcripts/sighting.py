"""What does one file tell, and what is asked of it? Shapes of data, light enough to load always."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

from provisioner.transcripts.model import SkipReason, Source

Counts = tuple[int, int, int, int, int, int]
"""Tokens: input, output, read from the cache, written for five minutes and an hour; searches."""


class Oddity(IntFlag):
    """What is odd about an answer that was counted all the same."""

    NO_MESSAGE_ID = 1
    UNKNOWN_SPEED = 2
    IMPOSSIBLE_COUNT = 4


class Sighting(NamedTuple):
    """A response as one file tells it; several lines of a file that repeat it are one.

    `model` is as the client wrote it. `is_copy` where the line says that it was taken over from
    elsewhere.
    """

    message_id: str
    request_id: str
    at_ms: int
    session: str
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
    offset: int
    is_copy: bool
    is_sidechain: bool
    oddities: int

    @property
    def counts(self) -> Counts:
        """Its tokens and searches, as `Counts` has them."""
        return (
            self.input_tokens,
            self.output_tokens,
            self.cache_read_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.web_searches,
        )

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
