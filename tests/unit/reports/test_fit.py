"""Is no more given up than a narrow terminal needs?"""

from __future__ import annotations

import pytest

from provisioner.reports.fit import (
    Layout,
    fitting,
    one_cache_column,
    short_counts,
    short_keys,
    without,
)
from provisioner.reports.grid import Column, Grid

WIDE = Layout(columns=["input", "cache read", "cache write", "cost"])
STEPS = (one_cache_column, without("input"), without("cost", "cache"))


def _grid(layout: Layout) -> Grid:
    names = ("key", *layout.columns)
    return Grid(
        columns=[Column(heading=name, total="", is_number=False) for name in names], rows=[]
    )


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
    first = next(iter(fitting(_grid, WIDE, STEPS, width)))
    assert " ".join(first.text.split()) == headings


def test_steps_change_what_they_say() -> None:
    assert list(one_cache_column(WIDE).columns) == ["input", "cache", "cost"]
    assert list(without("cost", "other")(WIDE).columns) == ["input", "cache read", "cache write"]
    assert short_keys(WIDE).has_short_keys
    assert short_counts(WIDE).has_short_counts
