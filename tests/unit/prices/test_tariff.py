from __future__ import annotations

import json
from fractions import Fraction

import pytest

from provisioner.prices.tariff import Rate, Tariff, parse_tariff

STANDARD = Rate(10, "standard", 0, 1, 2, 3, 4, Fraction(1, 3))
LONG = STANDARD._replace(above=100, input=7)
LATER = STANDARD._replace(day=20)
FAST = STANDARD._replace(terms="fast")
TARIFF = Tariff(us_premium=True, web_search=5, rates=(STANDARD, LONG, FAST, LATER))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, (STANDARD, LONG)), (10, (STANDARD, LONG)), (19, (STANDARD, LONG)), (20, (LATER,))],
)
def test_a_day_has_the_latest_rates_begun_and_the_first_before_those(
    day: int, expected: tuple[Rate, ...]
) -> None:
    assert TARIFF.on(day, "standard") == expected


def test_each_way_of_asking_has_its_own_rates() -> None:
    assert TARIFF.on(20, "fast") == (FAST,)


def test_a_tariff_is_the_same_after_it_was_kept() -> None:
    assert parse_tariff(json.loads(json.dumps(TARIFF, default=str))) == TARIFF


@pytest.mark.parametrize(
    "stored",
    [
        [True, 5],
        [True, 5, []],
        [1, 5, [[0, "standard", 0, 1, 2, 3, 4, 5]]],
        [True, None, [[0, "standard", 0, 1, 2, 3, 4, 5]]],
        [True, 5, [[0, "other", 0, 1, 2, 3, 4, 5]]],
        [True, 5, [["0", "standard", 0, 1, 2, 3, 4, 5]]],
        [True, 5, [[0, "standard", 0, 1, 2, 3, 4, "?"]]],
        [True, 5, [[0, "standard", 0, 1, 2, 3, 4]]],
        [True, 5, [0]],
    ],
)
def test_what_is_no_tariff_is_refused(stored: list[object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        parse_tariff(stored)


def test_a_premium_is_exact() -> None:
    assert STANDARD.times(Fraction(11, 10)).amounts == (
        Fraction(11, 10),
        Fraction(11, 5),
        Fraction(33, 10),
        Fraction(22, 5),
        Fraction(11, 30),
    )
