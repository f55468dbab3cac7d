"""Which words is a dashboard made of, around its panels?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provisioner.dashboards.panels import Panel, Query

ALL = ".*"
"""What a variable becomes when everything is chosen."""


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
class Text:
    """A regular expression that a person types or a link fills in."""

    name: str
    title: str
    why: str
    default: str = ALL


FILTERS = tuple(
    Variable(label=label, title=label.title(), series="ledger_cost_usd")
    for label in ("user", "team", "project", "model", "origin")
)
"""What every board can be narrowed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Moments marked on everything that is drawn over time.

    They are those of events, or the values of a series, in milliseconds since the epoch.
    """

    name: str
    color: str
    query: Query
    is_shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One board: the question it answers, its filters and its rows.

    A board that is not listed is reached by links only. `empty` is what a total says without data.
    """

    name: str
    title: str
    question: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = FILTERS
    texts: tuple[Text, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    start: str = "now-6d/d"
    refresh: str = "1m"
    is_listed: bool = True
    empty: str = "No data in this range. First time? source setup-env.sh"

    @property
    def uid(self) -> str:
        """The identity that links and bookmarks depend on."""
        return uid_of(self.name)

    def panels(self) -> Iterator[Panel]:
        """Every panel, in reading order."""
        return (panel for row in self.rows for panel in row.panels)

    def queries(self) -> Iterator[tuple[str, Query]]:
        """Every query with the title of its panel."""
        return ((panel.title, query) for panel in self.panels() for query in panel.questions)


def uid_of(name: str) -> str:
    """The uid of the board of a name."""
    return f"claude-otel-{name}"


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
