"""How is a table drawn? Columns as wide as what is in them, numbers aligned at their ends.

By ourselves: what draws tables elsewhere takes longer to load than a report to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

GAP = "  "
NARROWEST_KEY = 8


class Line(NamedTuple):
    """One line for a terminal."""

    text: str
    is_bold: bool = False


def as_line(text: str, *, is_bold: bool = False) -> Line:
    """A line of what may come from anywhere: what would steer the terminal is taken out."""
    if text.isprintable():
        return Line(text, is_bold)
    return Line("".join(each if each.isprintable() else "\ufffd" for each in text), is_bold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What stands above and below the cells of a column."""

    heading: str
    total: str
    is_number: bool


class Cells(NamedTuple):
    """The cells of one row."""

    texts: Sequence[str]
    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; the first of its columns names the rows."""

    columns: Sequence[Column]
    rows: Sequence[Cells]


def grid_width(grid: Grid) -> int:
    """How wide a table is when nothing of it is folded."""
    return sum(_widths(grid)) + len(GAP) * (len(grid.columns) - 1)


def draw(grid: Grid, width: int | None) -> Iterator[Line]:
    """The lines of a table; where nothing else helps, the names of rows are folded, not cut."""
    widths = _widths(grid)
    if width is not None and (excess := grid_width(grid) - width) > 0:
        widths[0] = min(widths[0], max(NARROWEST_KEY, widths[0] - excess))
    rule = Line("─" * (sum(widths) + len(GAP) * (len(widths) - 1)))
    yield from _row(grid, widths, Cells([column.heading for column in grid.columns], is_bold=True))
    yield rule
    for row in grid.rows:
        yield from _row(grid, widths, row)
    yield rule
    yield from _row(grid, widths, Cells([column.total for column in grid.columns], is_bold=True))


def cell_width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - rarely needed

    return sum(
        0 if combining(letter) else 1 + (east_asian_width(letter) in {"F", "W"}) for letter in text
    )


def _widths(grid: Grid) -> list[int]:
    columns = zip(*(row.texts for row in grid.rows), strict=True)
    cells: Sequence[Sequence[str]] = list(columns) or [()] * len(grid.columns)
    return [
        max(map(cell_width, (column.heading, column.total, *texts)))
        for column, texts in zip(grid.columns, cells, strict=True)
    ]


def _row(grid: Grid, widths: Sequence[int], row: Cells) -> Iterator[Line]:
    first, *folded = _folded(row.texts[0], widths[0])
    texts = (first, *row.texts[1:])
    padded = (
        _padded(text, width, column)
        for text, width, column in zip(texts, widths, grid.columns, strict=True)
    )
    yield as_line(GAP.join(padded).rstrip(), is_bold=row.is_bold)
    yield from (as_line(part, is_bold=row.is_bold) for part in folded)


def _padded(text: str, width: int, column: Column) -> str:
    space = " " * (width - cell_width(text))
    return f"{space}{text}" if column.is_number else f"{text}{space}"


def _folded(text: str, width: int) -> list[str]:
    parts = [""]
    for letter in text:
        if cell_width(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts
