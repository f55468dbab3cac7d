"""Are figures what they are called?"""

from __future__ import annotations

import math

import pytest

from bench.load.figures import is_enough, is_within, milliseconds, percentile


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (99, 99), (99.5, 100), (100, 100), (0, 1)]
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(
    percent: float, expected: float
) -> None:
    assert percentile([float(each) for each in range(100, 0, -1)], percent) == expected


def test_one_in_a_hundred_exceeds_the_99th_percentile() -> None:
    assert percentile([0.001] * 99 + [5.0], 99) == 0.001
    assert percentile([0.001] * 98 + [5.0] * 2, 99) == 5.0


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(percentile([], 50))


def test_milliseconds_are_the_middle_and_the_99th_percentile() -> None:
    assert milliseconds([0.001, 0.002, 0.2]) == ("2.0", "200.0")


def test_a_bar_is_not_reached_by_what_was_not_measured() -> None:
    assert is_within(math.nan, 100) == is_enough(math.nan, 100) == "not reached"


def test_a_bar_is_reached_by_its_own_value() -> None:
    assert is_within(100, 100) == is_enough(100, 100) == "reached"
