"""Is a table aligned, whatever letters are in it, and is nothing of it cut?"""

from __future__ import annotations

import pytest

from provisioner.reports.grid import Cells, Column, Grid, cell_width, draw, grid_width


def _grid(*rows: Cells) -> Grid:
    return Grid(
        columns=[
            Column(heading="project", total="total", is_number=False),
            Column(heading="cost", total="$110.00", is_number=True),
        ],
        rows=rows,
    )


GRID = _grid(Cells(["widgets", "$9.00"]), Cells(["gadgets-and-more", "$101.00"], is_bold=True))


def test_names_begin_and_numbers_end_under_each_other() -> None:
    assert [line.text for line in draw(GRID, None)] == [
        "project              cost",
        "─────────────────────────",
        "widgets             $9.00",
        "gadgets-and-more  $101.00",
        "─────────────────────────",
        "total             $110.00",
    ]
    assert grid_width(GRID) == 25


def test_headings_totals_and_what_is_marked_are_bold() -> None:
    assert [line.is_bold for line in draw(GRID, None)] == [True, False, False, True, False, True]


def test_names_are_folded_where_there_is_no_room() -> None:
    assert [line.text for line in draw(GRID, 20)] == [
        "project         cost",
        "────────────────────",
        "widgets        $9.00",
        "gadgets-and  $101.00",
        "-more",
        "────────────────────",
        "total        $110.00",
    ]


def test_names_keep_some_room_however_narrow_it_is() -> None:
    assert next(iter(draw(GRID, 3))).text == "project      cost"


def test_a_table_without_rows_has_its_headings_and_totals() -> None:
    assert [line.text for line in draw(_grid(), None)] == [
        "project     cost",
        "────────────────",
        "────────────────",
        "total    $110.00",
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("grüße", 5), ("gru\u0308ße", 5), ("項目", 4), ("≥ $1", 4)],
)
def test_letters_take_the_cells_that_a_terminal_gives_them(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_what_would_steer_the_terminal_is_taken_out() -> None:
    steering = _grid(Cells(["\x1b[2Jwid\ngets", "$9.00"]))
    assert list(draw(steering, None))[2].text == "\ufffd[2Jwid\ufffdgets    $9.00"


def test_wide_letters_are_aligned_too() -> None:
    lines = [line.text for line in draw(_grid(Cells(["項目", "$9.00"])), None)]
    assert {cell_width(line) for line in lines} == {16}
