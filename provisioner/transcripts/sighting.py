"""What does one line of a transcript say about an answer of the API?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntFlag
from hashlib import sha256
from typing import Any, NamedTuple

from provisioner.transcripts.model import SkipReason, Source

SYNTHETIC = "<synthetic>"
UNKNOWN = "unknown"
KNOWN_SPEEDS = frozenset({"", "standard", "fast", "normal"})

MOST_TOKENS = 10**9
"""No answer has that many: such a number is no count."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_SCALES = ((10**11, 1000.0), (10**14, 1.0), (10**17, 1e-3), (10**20, 1e-6))
"""A number below the first is a time in seconds, then in milli-, micro- and nanoseconds."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the lines of one file: `session` and `agent_id` are what its path tells."""

    session: str
    agent_id: str

    def read(
        self, record: Mapping[str, Any], prompt_id: str, offset: int
    ) -> list[Sighting] | SkipReason | None:
        """The answers that a line tells of, or why it counts for nothing; None if it is none."""
        line, is_echo = record, False
        if record.get("type") != "assistant":
            echo = _echo(record)
            if echo is None:
                return None
            line, is_echo = echo, True
        message = line.get("message")
        usage = message.get("usage") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(usage, dict) or not usage:
            return "no usage"
        if _is_synthetic(line, message, usage):
            return "synthetic"
        at_ms = moment(line.get("timestamp") or record.get("timestamp"))
        if at_ms is None:
            return "no time"
        main = self._main(record, line, message, usage, at_ms, prompt_id, offset, is_echo)
        iterations = usage.get("iterations")
        return [main, *_advice(main, iterations)] if iterations else [main]

    def _main(  # noqa: PLR0913, PLR0917 - taken apart once, for each of many thousand lines
        self,
        record: Mapping[str, Any],
        line: Mapping[str, Any],
        message: Mapping[str, Any],
        usage: Mapping[str, Any],
        at_ms: int,
        prompt_id: str,
        offset: int,
        is_echo: bool,  # noqa: FBT001
    ) -> Sighting:
        session, is_copy = self._session(record)
        is_sidechain = is_echo or line.get("isSidechain") is True
        agent_id = self.agent_id or _text(line.get("agentId"))
        if is_echo:
            agent_id = agent_id or _text(record["data"].get("agentId"))
        counts, oddities = _counts(usage)
        message_id, request_id = _text(message.get("id")), _text(line.get("requestId"))
        speed = _text(usage.get("speed"))
        if speed not in KNOWN_SPEEDS:
            oddities |= Oddity.UNKNOWN_SPEED
        if not message_id:
            oddities |= Oddity.NO_MESSAGE_ID
            message_id = _substitute(line, request_id, at_ms, counts)
        return Sighting(
            message_id,
            request_id,
            at_ms,
            session,
            _text(message.get("model")) or UNKNOWN,
            "subagent" if agent_id or is_sidechain else "main",
            agent_id,
            _text(line.get("attributionAgent")),
            _text(line.get("promptId")) or prompt_id,
            _text(line.get("entrypoint") or record.get("entrypoint")),
            _text(line.get("effort")),
            speed,
            _text(usage.get("inference_geo")),
            _text(usage.get("service_tier")),
            *counts,
            offset,
            is_echo or is_copy,
            is_sidechain,
            int(oddities),
        )

    def _session(self, record: Mapping[str, Any]) -> tuple[str, bool]:
        """Whose a line is, and whether it says that it was copied from there."""
        origin = record.get("forkedFrom")
        if isinstance(origin, dict):
            return _text(origin.get("sessionId")) or self.session, True
        told = _text(record.get("sessionId"))
        if self.agent_id and self.session:
            return self.session, False
        return told or self.session or UNKNOWN, bool(told and self.session and told != self.session)


def moment(value: object) -> int | None:
    """Milliseconds since 1970 of a timestamp: ISO 8601 (UTC unless it says else) or a number."""
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
            zoned = told if told.tzinfo else told.replace(tzinfo=UTC)
            at_ms = (zoned - _EPOCH) // _MILLISECOND
        except (ValueError, OverflowError):
            return _from_number(value)
        else:
            return at_ms if at_ms > 0 else None
    return _from_number(value) if isinstance(value, int | float) else None


def _from_number(value: str | float) -> int | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    for bound, factor in _SCALES:
        if 1 <= number < bound:
            return int(number * factor)
    return None


def _echo(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """A subagent's line inside its parent's."""
    data = record.get("data")
    line = data.get("message") if isinstance(data, dict) else None
    if not isinstance(line, dict) or not isinstance(line.get("message"), dict):
        return None
    said = line.get("type") or line["message"].get("role")
    return line if said == "assistant" else None


def _is_synthetic(
    line: Mapping[str, Any], message: Mapping[str, Any], usage: Mapping[str, Any]
) -> bool:
    if message.get("model") == SYNTHETIC:
        return True
    return line.get("isApiErrorMessage") is True and not any(_counts(usage)[0])


def _counts(usage: Mapping[str, Any]) -> tuple[Counts, Oddity]:
    """What was counted, and what was odd about it."""
    values = (
        usage.get("input_tokens"),
        usage.get("output_tokens"),
        usage.get("cache_read_input_tokens"),
        usage.get("cache_creation_input_tokens"),
        *_part(usage, "cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
        *_part(usage, "server_tool_use", "web_search_requests"),
    )
    odd = Oddity(0)
    for value in values:
        if type(value) is not int or not 0 <= value < MOST_TOKENS:
            values = tuple(map(_count, values))
            if None in values:
                odd = Oddity.IMPOSSIBLE_COUNT
            break
    tokens, output, read, written, brief, long, searches = (each or 0 for each in values)
    # What the split does not say is five-minute.
    brief = max(brief, written - long)
    return (tokens, output, read, brief, long, searches), odd


def _part(usage: Mapping[str, Any], name: str, *keys: str) -> tuple[Any, ...]:
    part = usage.get(name)
    return tuple(map(part.get, keys)) if isinstance(part, dict) else (0,) * len(keys)


def _count(value: object) -> int | None:
    """A count, 0 where there is none; None for what cannot be one."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if value is None:
        return 0
    is_count = isinstance(value, int | float) and math.isfinite(value) and 0 <= value < MOST_TOKENS
    return int(value) if isinstance(value, int | float) and is_count else None


def _substitute(
    line: Mapping[str, Any], request_id: str, at_ms: int, counts: tuple[int, ...]
) -> str:
    """What stands in for a missing id: lines that agree in it are one response."""
    if request_id:
        return f"request:{request_id}"
    uuid = _text(line.get("uuid"))
    if uuid:
        return f"uuid:{uuid}"
    return "line:" + sha256(f"{at_ms} {counts}".encode()).hexdigest()[:32]


def _advice(main: Sighting, iterations: object) -> Iterator[Sighting]:
    """The calls of another model that an answer asked for advice: not in its own counts."""
    entries = iterations if isinstance(iterations, list) else []
    told = [e for e in entries if isinstance(e, dict) and e.get("type") == "advisor_message"]
    for number, entry in enumerate(told):
        counts, oddities = _counts(entry)
        advice = main._replace(
            message_id=f"{main.message_id}#advisor-{number}",
            request_id="",
            model=_text(entry.get("model")) or UNKNOWN,
            source="advisor",
            oddities=int(oddities),
        )
        yield advice.with_counts(counts)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
