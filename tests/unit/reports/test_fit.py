"""Is no more given up than a narrow terminal needs?"""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table

from provisioner.reports.fit import (
    Layout,
    one_cache_column,
    print_fitting,
    short_counts,
    short_keys,
    without,
)

WIDE = Layout(columns=["input", "cache read", "cache write", "cost"])
STEPS = (one_cache_column, without("input"), without("cost", "cache"))


def _table(layout: Layout) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("key", *layout.columns):
        table.add_column(name)
    return table


def _printed(width: int | None) -> str:
    out = Console(file=io.StringIO(), width=width or 10_000)
    print_fitting(_table, WIDE, STEPS, width, out)
    assert isinstance(out.file, io.StringIO)
    return " ".join(out.file.getvalue().split())


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (None, "key input cache read cache write cost"),
        (41, "key input cache read cache write cost"),
        (40, "key input cache cost"),
        (18, "key cache cost"),
        (3, "key"),
    ],
)
def test_steps_are_taken_until_the_table_fits(width: int | None, headings: str) -> None:
    assert _printed(width) == headings


def test_steps_change_what_they_say() -> None:
    assert list(one_cache_column(WIDE).columns) == ["input", "cache", "cost"]
    assert list(without("cost", "other")(WIDE).columns) == ["input", "cache read", "cache write"]
    assert short_keys(WIDE).has_short_keys
    assert short_counts(WIDE).has_short_counts
