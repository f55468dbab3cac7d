"""What is given up so that a table fits? Step after step, until it is as wide as the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from provisioner.reports.grid import Grid, Line, draw, grid_width


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


def fitting(
    make: Callable[[Layout], Grid], layout: Layout, steps: Sequence[Step], width: int | None
) -> Iterator[Line]:
    """The lines of the first table that fits; without a width of the first of all."""
    grid = make(layout)
    for step in steps:
        if width is None or grid_width(grid) <= width:
            break
        layout = step(layout)
        grid = make(layout)
    return draw(grid, width)
