"""What is given up so that a table fits? Step after step, until it is as wide as the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which columns a table has, and what is shortened to make room."""

    columns: Sequence[str]
    has_short_keys: bool = False
    has_short_counts: bool = False


Step = Callable[[Layout], Layout]


def without(*names: str) -> Step:
    """Leave columns out."""

    def step(layout: Layout) -> Layout:
        return replace(layout, columns=[name for name in layout.columns if name not in names])

    return step


def one_cache_column(layout: Layout) -> Layout:
    """What was read and what was written in one column."""
    names = ("cache" if name == "cache read" else name for name in layout.columns)
    return replace(layout, columns=[name for name in names if name != "cache write"])


def short_keys(layout: Layout) -> Layout:
    return replace(layout, has_short_keys=True)


def short_counts(layout: Layout) -> Layout:
    return replace(layout, has_short_counts=True)


def print_fitting(
    make: Callable[[Layout], Table],
    layout: Layout,
    steps: Sequence[Step],
    width: int | None,
    out: Console,
) -> None:
    """Print the first table that fits; without a width the first of all."""
    table = make(layout)
    for step in steps:
        if width is None or _width(table, out) <= width:
            break
        layout = step(layout)
        table = make(layout)
    out.print(table)


def _width(table: Table, out: Console) -> int:
    return Measurement.get(out, out.options.update(width=_WIDEST), table).maximum
