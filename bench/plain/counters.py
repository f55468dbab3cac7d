"""How does the client hand its counters over? As OpenTelemetry's JavaScript SDK does it.

With delta temporality a point begins where the last one ended only if the series was in the last
export, too; after a quiet interval it begins with its first increment. Seen of the real client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from provisioner.records import Value

Temporality = Literal["delta", "cumulative"]
Key = tuple[str, frozenset[tuple[str, Value]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of a counter, from one moment to another, in milliseconds."""

    name: str
    attributes: Mapping[str, Value]
    start_ms: int
    end_ms: int
    value: float


@dataclass(slots=True)
class _Sum:
    since_ms: int
    value: float = 0.0


@dataclass(slots=True)
class Counters:
    """The counters of one process."""

    _grown: dict[Key, _Sum] = field(default_factory=dict)
    _totals: dict[Key, _Sum] = field(default_factory=dict)
    _reported: frozenset[Key] = frozenset()
    _reported_at_ms: int = 0

    def add(self, name: str, value: float, attributes: Mapping[str, Value], at_ms: int) -> None:
        """A counter has grown."""
        key = (name, frozenset(attributes.items()))
        for sums in (self._grown, self._totals):
            sums.setdefault(key, _Sum(at_ms)).value += value

    def collect(self, at_ms: int) -> dict[Temporality, tuple[Point, ...]]:
        """What is exported at a moment, under either temporality; quiet series only as totals."""
        starts = {
            key: self._reported_at_ms if key in self._reported else grown.since_ms
            for key, grown in self._grown.items()
        }
        deltas = tuple(
            _point(key, starts[key], at_ms, grown.value) for key, grown in self._grown.items()
        )
        totals = tuple(
            _point(key, total.since_ms, at_ms, total.value) for key, total in self._totals.items()
        )
        self._reported, self._reported_at_ms = frozenset(self._grown), at_ms
        self._grown = {}
        return {"delta": deltas, "cumulative": totals}


def _point(key: Key, start_ms: int, end_ms: int, value: float) -> Point:
    name, attributes = key
    return Point(
        name=name, attributes=dict(attributes), start_ms=start_ms, end_ms=end_ms, value=value
    )
