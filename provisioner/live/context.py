"""How full is a session's context?

Counted from the last answer in its transcript: what was sent with it, all of which the model has
read. The share that the client hands to its status line was measured to be far too small (15 %
where 77 % was true), so only its window is asked, and believed where it is the smaller one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

STANDARD = 200_000
LONG = 1_000_000
LONG_SINCE = (4, 7)
"""From this version on models have the long window by themselves, before with `[1m]` only."""

FIRST_PIECE = 1 << 16
LAST_PIECE = 1 << 24
"""How much of a transcript's end is looked at, first and at most."""

_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")


class Context(NamedTuple):
    """What the model had to read at last, and how much it can; None where that is not known."""

    tokens: int
    model: str
    window: int | None

    @property
    def share(self) -> float | None:
        """The part of the window that is full, 0 to 1."""
        return None if self.window is None else self.tokens / self.window


def context_of(model: str, tokens: int, told_window: int | None = None) -> Context:
    """A context of so many tokens; `told_window` is what the client takes the window for."""
    known = [each for each in (_window(model), told_window) if each]
    window = min(known, default=None)
    if window is not None and tokens > window:
        window = LONG if tokens <= LONG else None  # what was read did fit
    return Context(tokens=tokens, model=model, window=window)


def last_context(
    transcript: Path, *, model: str = "", told_window: int | None = None
) -> Context | None:
    """The context as a transcript tells it last; reads its end only. None if it tells none.

    `model` is the client's name of it, which says more than the API's: `[1m]`.
    """
    for line in _backwards(transcript):
        found = _context_in(line)
        if found is not None:
            tokens, answered_by = found
            return context_of(model or answered_by, tokens, told_window)
    return None


def tokens_read(usage: Mapping[str, Any]) -> int:
    """What a model had to read for an answer: sent anew, from the cache, and into the cache."""
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    counts = (usage.get(name) for name in names)
    return sum(count for count in counts if isinstance(count, int))


def _window(model: str) -> int | None:
    if "[1m]" in model.lower():
        return LONG
    version = _VERSION.search(model.lower())
    if version is None:
        return None
    is_long = (int(version[1]), int(version[2] or 0)) >= LONG_SINCE
    return LONG if is_long else STANDARD


def _context_in(line: bytes) -> tuple[int, str] | None:
    """Tokens and model where a line is an answer, or says what a compaction left."""
    if b"usage" not in line and b"compact_boundary" not in line:
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("isSidechain"):
        return None
    if record.get("subtype") == "compact_boundary":
        left = mapping(record.get("compactMetadata")).get("postTokens")
        return (left, "") if isinstance(left, int) else None
    return _answer_context(record)


def _answer_context(record: Mapping[str, Any]) -> tuple[int, str] | None:
    message = mapping(record.get("message"))
    model, usage = message.get("model"), message.get("usage")
    is_answer = record.get("type") == "assistant" and isinstance(usage, dict)
    if not is_answer or not isinstance(model, str) or model == "<synthetic>":
        return None
    return tokens_read(mapping(usage)), model


def mapping(value: object) -> Mapping[str, Any]:
    """What was said, if it is a record; else an empty one."""
    return value if isinstance(value, dict) else {}


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file's end, the last one first; more of it is read as long as one asks."""
    with path.open("rb") as file:
        size = end = file.seek(0, 2)
        piece, rest = FIRST_PIECE, b""
        while end > max(0, size - LAST_PIECE):
            start = max(0, end - piece)
            file.seek(start)
            first, *lines = (file.read(end - start) + rest).split(b"\n")
            yield from reversed(lines)
            end, rest, piece = start, first, piece * 4
        yield rest
