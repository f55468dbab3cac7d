"""Which panels is a dashboard made of?

Only those that some board uses. A panel cannot exist without a reason; its position and id follow
from order and title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

_MOST_LINES = 200
_MOST_OF_A_STORY = 1000


class Unit(Enum):
    """What a number counts, and so how it is written."""

    USD = "usd"
    USD_PER_HOUR = "usd an hour"
    TOKENS = "tokens"
    TOKENS_PER_SECOND = "tokens a second"
    LINES = "lines"
    COUNT = "count"
    DECIMAL = "a mean of counts"
    PER_HOUR = "an hour"
    PER_SECOND = "a second"
    PROBLEMS = "problems"
    SHARE = "share of 1"
    SECONDS = "seconds"
    BYTES = "bytes"
    MOMENT = "milliseconds since the epoch"


class Source(Enum):
    """The store that answers a query."""

    PROMETHEUS = "prometheus"
    LOKI = "loki"


class Kind(Enum):
    """One value at the end of the range, one for each step of it, or events."""

    INSTANT = "instant"
    RANGE = "range"
    EVENTS = "events"


class Tone(Enum):
    """How a number feels."""

    GOOD = "green"
    WORRYING = "orange"
    BAD = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """From a value on, a number has this tone."""

    at: float
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a store; `legend` names each series, such as `{{model}}`."""

    expr: str
    kind: Kind
    legend: str = ""
    source: Source = Source.PROMETHEUS


FROM, UNTIL = "From", "Until"
"""Columns that say when a row's own time begins and ends."""


class Reach(Enum):
    """Over which time a link opens the other board."""

    RANGE = "the range that is chosen"
    ROW = "the row's own time, of its columns From and Until"
    LAST_DAY = "the last day of the range, and the day after it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another board, opened with one of its texts set to the value that was clicked.

    What names one thing only, such as a session, needs no filters beside it: with them a session
    that a panel shows whatever team is chosen would have no story.
    """

    board: str
    text: str
    title: str
    keeps_filters: bool = False
    reach: Reach = Reach.RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A label that tells the rows of a table apart."""

    label: str
    title: str
    link: Link | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One number of each row of a table; one that is not shown is there for the row's links."""

    title: str
    unit: Unit
    query: Query
    levels: tuple[Level, ...] = ()
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """What all panels have; `share` is its part of the row's width."""

    kind: ClassVar[Kind]
    share: ClassVar[int] = 2

    title: str
    why: str
    height: int = 9

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.why.strip():
            raise ValueError(f"panel {self.title!r}: a panel needs a title and a reason (`why`)")
        questions = self.questions
        if not questions or any(query.kind is not self.kind for query in questions):
            name = type(self).__name__
            raise ValueError(f"panel {self.title!r}: {name} needs {self.kind.value} queries")

    @property
    def questions(self) -> tuple[Query, ...]:
        """Every query of the panel, in order."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers(_Panel):
    """Numbers of one unit."""

    unit: Unit
    queries: tuple[Query, ...]

    @property
    def questions(self) -> tuple[Query, ...]:
        return self.queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat(_Numbers):
    """Totals of the whole range, written out in full; one number for each series.

    A calendar tile has a range of its own, which begins at `since` and ends now. `words` replace
    numbers that stand for a state. `empty` is said without data, instead of what the board says.
    A click leads to `board`, over the same range.
    """

    kind: ClassVar[Kind] = Kind.INSTANT
    share: ClassVar[int] = 1

    height: int = 5
    levels: tuple[Level, ...] = ()
    since: str = ""
    empty: str = ""
    words: Mapping[int, str] = field(default_factory=dict)
    board: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(_Numbers):
    """The largest totals of the range, side by side, the largest first."""

    kind: ClassVar[Kind] = Kind.INSTANT
    share: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(_Numbers):
    """Stacked bars over time, whose sum is the total of the range."""

    kind: ClassVar[Kind] = Kind.RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(_Numbers):
    """How something that does not add up goes over time."""

    kind: ClassVar[Kind] = Kind.RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap(_Numbers):
    """How many fell between two bounds in each step; its query gives amounts by `le`."""

    kind: ClassVar[Kind] = Kind.RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(_Panel):
    """Several numbers for each value of the keys; the first column orders the rows."""

    kind: ClassVar[Kind] = Kind.INSTANT

    keys: tuple[Key, ...]
    columns: tuple[Column, ...]

    @property
    def questions(self) -> tuple[Query, ...]:
        return tuple(column.query for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(_Panel):
    """Events as readable lines, the newest first unless they tell a story.

    What tells one has room for more of them; what does not fit is the oldest.
    """

    kind: ClassVar[Kind] = Kind.EVENTS

    query: Query
    is_story: bool = False

    @property
    def most(self) -> int:
        """How many lines are asked for."""
        return _MOST_OF_A_STORY if self.is_story else _MOST_LINES

    @property
    def questions(self) -> tuple[Query, ...]:
        return (self.query,)


Panel = Stat | Ranking | Bars | Lines | Heatmap | Table | Events
