from __future__ import annotations

import pytest

from provisioner.reports.analysis.cache import (
    Compactions,
    Falls,
    Misses,
    OtherLifetimes,
    PaidAgain,
)
from provisioner.reports.analysis.contexts import steps
from provisioner.transcripts.model import PICODOLLARS, Response
from tests.unit.reports.analysis.conversation import OTHER_MODEL, PRICES, said

CENT = PICODOLLARS // 100


def _hear(finder: Misses | Falls | OtherLifetimes, *responses: Response) -> None:
    for step in steps(responses, PRICES):
        finder.add(step)


def _misses(*responses: Response) -> tuple[PaidAgain, ...]:
    misses = Misses()
    _hear(misses, *responses)
    return misses.found()


def _falls(*responses: Response) -> Compactions:
    falls = Falls()
    _hear(falls, *responses)
    return falls.found()


def _lifetimes(*responses: Response) -> tuple[float, float, float]:
    lifetimes = OtherLifetimes()
    _hear(lifetimes, *responses)
    found = lifetimes.found()
    dollars = (each / PICODOLLARS for each in (found.cost, found.five_minutes, found.one_hour))
    cost, five_minutes, one_hour = dollars
    return cost, five_minutes, one_hour


def test_a_write_after_a_pause_is_held_against_the_read_it_could_have_been() -> None:
    assert _misses(said(0, write=100_000), said(10, write=102_000)) == (
        PaidAgain(
            cause="expired",
            times=1,
            tokens=100_000,
            cost=625 * CENT // 10,
            as_read=5 * CENT,
        ),
    )


def test_what_lives_longer_is_written_first_and_the_rest_is_sent() -> None:
    (found,) = _misses(said(0, write=100_000), said(1, write_1h=40_000, write=40_000, fresh=30_000))
    assert found.cause == "changed"
    assert found.cost == 40 * CENT + 25 * CENT + 10 * CENT


def test_misses_are_added_up_by_cause() -> None:
    found = _misses(
        said(0, write=100_000),
        said(10, write=100_000),
        said(20, write=100_000),
        said(21, write=100_000),
        said(22, write=100_000, model=OTHER_MODEL),
    )
    assert [(each.cause, each.times, each.tokens) for each in found] == [
        ("expired", 2, 200_000),
        ("other model", 1, 100_000),
        ("changed", 1, 100_000),
    ]


def test_what_has_no_price_is_in_no_finding() -> None:
    unpriced = said(10, write=100_000, model="my-model")
    assert _misses(said(0, write=100_000), unpriced) == ()
    assert _lifetimes(unpriced) == (0, 0, 0)


def test_a_fall_is_no_miss_but_counts_with_what_was_written_after_it() -> None:
    responses = (said(0, write=100_000), said(1, read=10_000, write=20_000))
    assert _misses(*responses) == ()
    assert _falls(*responses) == Compactions(
        times=1, tokens_before=100_000, tokens_after=30_000, cost=125 * CENT // 10
    )


def test_a_growing_context_has_no_falls() -> None:
    growing = _falls(said(0, write=100_000), said(1, read=100_000, write=20_000))
    assert growing == Compactions(times=0, tokens_before=0, tokens_after=0, cost=0)


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        pytest.param(
            (said(0, write=100_000), said(1, read=100_000)),
            (0.675, 0.675, 1.05),
            id="without pauses an hour is only dearer",
        ),
        pytest.param(
            (said(0, write=100_000), said(30, write=100_000)),
            (1.25, 1.25, 1.05),
            id="an hour would have saved the second write",
        ),
        pytest.param(
            (said(0, write=100_000), said(90, write=100_000)),
            (1.25, 1.25, 2.0),
            id="not after longer than an hour",
        ),
        pytest.param(
            (said(0, write_1h=100_000), said(30, read=100_000)),
            (1.05, 1.25, 1.05),
            id="five minutes would have lost what was read",
        ),
        pytest.param(
            (said(0, write_1h=100_000), said(1, read=100_000)),
            (1.05, 0.675, 1.05),
            id="or been cheaper",
        ),
        pytest.param(
            (said(0, write=100_000), said(30, write=40_000)),
            (0.875, 0.875, 1.4),
            id="what fell is written anyway",
        ),
        pytest.param(
            (said(0, fresh=100_000, output=100_000),),
            (3.0, 3.0, 3.0),
            id="what is not cached costs the same",
        ),
    ],
)
def test_another_lifetime_changes_writes_and_pauses(
    responses: tuple[Response, ...], expected: tuple[float, float, float]
) -> None:
    assert _lifetimes(*responses) == expected


def test_advice_is_in_no_conversation() -> None:
    assert _lifetimes(said(0, write=100_000, source="advisor")) == (0, 0, 0)
