"""Which words is a dashboard made of?

Only those that some board uses. A panel cannot exist without a unit and a reason; its position and
id follow from order and title.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Unit(Enum):
    """What a number counts, and so how it is written."""

    USD = "usd"
    TOKENS = "tokens"
    LINES = "lines"
    COUNT = "count"


class Source(Enum):
    """The store that answers a query."""

    PROMETHEUS = "prometheus"
    LOKI = "loki"


class Kind(Enum):
    """One value at the end of the range, or one for each step of it."""

    INSTANT = "instant"
    RANGE = "range"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a store; `legend` names each series, such as `{{model}}`."""

    expr: str
    kind: Kind
    legend: str = ""
    source: Source = Source.PROMETHEUS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """What all panels have; `share` is its part of the row's width."""

    kind: ClassVar[Kind]
    share: ClassVar[int]
    height: ClassVar[int]

    title: str
    why: str
    unit: Unit
    queries: tuple[Query, ...]

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.why.strip():
            raise ValueError(f"panel {self.title!r}: a panel needs a title and a reason (`why`)")
        if not self.queries or any(query.kind is not self.kind for query in self.queries):
            name = type(self).__name__
            raise ValueError(f"panel {self.title!r}: {name} needs {self.kind.value} queries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat(_Panel):
    """Totals of the whole range, written out in full; one number for each series."""

    kind: ClassVar[Kind] = Kind.INSTANT
    share: ClassVar[int] = 1
    height: ClassVar[int] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(_Panel):
    """Stacked bars over time, whose sum is the total of the range."""

    kind: ClassVar[Kind] = Kind.RANGE
    share: ClassVar[int] = 2
    height: ClassVar[int] = 9


Panel = Stat | Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels side by side under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A filter that a person picks: any number of a label's values, or all of them.

    It is named after the label it filters; `series` is where its values are looked up.
    """

    label: str
    title: str
    series: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One board: the question it answers, its filters and its rows."""

    name: str
    title: str
    question: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    start: str = "now-6d/d"
    refresh: str = "1m"

    @property
    def uid(self) -> str:
        """The identity that links and bookmarks depend on."""
        return f"claude-otel-{self.name}"

    def panels(self) -> Iterator[Panel]:
        """Every panel, in reading order."""
        return (panel for row in self.rows for panel in row.panels)

    def queries(self) -> Iterator[tuple[str, Query]]:
        """Every query with the title of its panel."""
        return ((panel.title, query) for panel in self.panels() for query in panel.queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickRange:
    """A time range that the picker offers."""

    title: str
    start: str
    end: str = "now"


# Each starts on a step of its bars, so that the bars add up to the total beside them.
QUICK_RANGES = (
    QuickRange(title="Today", start="now/d"),
    QuickRange(title="Yesterday", start="now-1d/d", end="now-1d/d"),
    QuickRange(title="Last 7 days", start="now-6d/d"),
    QuickRange(title="Last 30 days", start="now-29d/d"),
    QuickRange(title="Last 90 days", start="now-89d/d"),
    QuickRange(title="This week", start="now/w"),
    QuickRange(title="This month", start="now/M"),
    QuickRange(title="This year", start="now/y"),
    QuickRange(title="Last hour", start="now-1h/m"),
    QuickRange(title="Last 6 hours", start="now-6h/h"),
    QuickRange(title="Last 24 hours", start="now-24h/h"),
)
