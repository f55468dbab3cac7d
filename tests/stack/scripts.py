"""What a scripted conversation with the Messages API consists of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens of one response, in the five counts that have a price of their own."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0

    @property
    def cache_write_tokens(self) -> int:
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_5m_tokens=self.cache_write_5m_tokens + other.cache_write_5m_tokens,
            cache_write_1h_tokens=self.cache_write_1h_tokens + other.cache_write_1h_tokens,
        )


def total_usage(usages: Iterable[Usage]) -> Usage:
    return sum(usages, Usage())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer in words, which ends the client's turn."""

    text: str
    usage: Usage
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """A call of one tool, under the name by which the client offers it."""

    name: str
    former_names: tuple[str, ...] = ()
    input: Mapping[str, object]
    usage: Usage
    model: str | None = None

    def name_among(self, offered: tuple[str, ...]) -> str:
        names = (self.name, *self.former_names)
        return next((name for name in names if name in offered), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A refusal with a status; a failure that ends a script is repeated for as long as one asks."""

    status: int
    error_type: str
    message: str = "scripted failure"


Step = Answer | ToolUse | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What one conversation is answered, in order."""

    name: str
    steps: tuple[Step, ...]

    @property
    def successes(self) -> tuple[Answer | ToolUse, ...]:
        return tuple(step for step in self.steps if not isinstance(step, Failure))

    @property
    def usage(self) -> Usage:
        return total_usage(step.usage for step in self.successes)
