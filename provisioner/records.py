"""What does a client tell of? Events, and increments of counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | bool | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One log record: its event name, attributes, and time in nanoseconds (0: now)."""

    name: str
    attributes: Mapping[str, Value]
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """What a counter grew by: its name, attributes, and time in nanoseconds (0: now)."""

    name: str
    value: float
    attributes: Mapping[str, Value]
    at_ns: int = 0


Record = Event | Increment
