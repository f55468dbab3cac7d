"""How are figures made of what was measured, and how are they shown? Tables that docs can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table

MILLI = 1000.0


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that so many percent of the values do not exceed; nothing is in between."""
    if not values:
        return math.nan
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[max(rank, 1) - 1]


def milliseconds(seconds: Sequence[float]) -> tuple[str, str]:
    """The middle, and what one in a hundred exceeds, as text."""
    return f"{percentile(seconds, 50) * MILLI:.1f}", f"{percentile(seconds, 99) * MILLI:.1f}"


def is_within(value: float, bar: float) -> str:
    """Whether a figure is as low as wished, as text."""
    return "reached" if value <= bar else "not reached"


def is_enough(value: float, bar: float) -> str:
    """Whether a figure is as high as wished, as text."""
    return "reached" if value >= bar else "not reached"


def table(title: str, *columns: str) -> Table:
    """A table that Markdown understands; all but the first column are numbers."""
    found = Table(title=title, box=box.MARKDOWN, title_justify="left")
    for number, name in enumerate(columns):
        found.add_column(name, justify="right" if number else "left", overflow="fold")
    return found


def listed(title: str, lines: Iterable[tuple[str, str]]) -> Table:
    """A table of single figures."""
    found = table(title, "", "measured")
    for line in lines:
        found.add_row(*line)
    return found
