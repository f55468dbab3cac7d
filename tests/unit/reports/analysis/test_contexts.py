from __future__ import annotations

from fractions import Fraction

import pytest

from provisioner.reports.analysis.contexts import cause, has_fallen, paid_again, steps
from provisioner.transcripts.model import Response
from tests.unit.reports.analysis.conversation import OTHER_MODEL, PRICES, said

TIERED = "claude-haiku-5-5"

BEFORE = said(0, read=90_000, write=10_000)
BEFORE_1H = said(0, read=90_000, write_1h=10_000)


def test_each_conversation_has_its_own_before() -> None:
    main, more = said(0), said(3)
    agent = said(1, source="subagent", agent_id="a1")
    other_agent = said(2, source="subagent", agent_id="a2")
    elsewhere = said(4, session="other")
    responses = [main, agent, other_agent, more, elsewhere]
    assert [step.before for step in steps(responses, PRICES)] == [None, None, None, main, None]


def test_an_advisor_has_no_context_of_its_own() -> None:
    main, advice, more = said(0), said(1, source="advisor"), said(2)
    found = [(step.response, step.before) for step in steps([main, advice, more], PRICES)]
    assert found == [(main, None), (advice, None), (more, main)]


def test_a_step_has_the_rate_of_its_whole_prompt() -> None:
    low, high = steps(
        [said(0, fresh=100_000, model=TIERED), said(1, fresh=1, write=100_000, model=TIERED)],
        PRICES,
    )
    assert low.rate is not None
    assert high.rate is not None
    assert (low.rate.above, high.rate.above) == (0, 100_000)


def test_a_dearer_way_to_a_model_has_dearer_rates() -> None:
    plain = said(0, fresh=10, output=20, read=30, write=40, write_1h=50)
    regional = plain._replace(cost=(plain.cost or 0) * 11 // 10)
    step, dearer = steps([plain, regional], PRICES)
    assert step.rate is not None
    assert dearer.rate == step.rate.times(Fraction(11, 10))


def test_what_cost_nothing_known_has_no_rate() -> None:
    (step,) = steps([said(0, fresh=10)._replace(cost=None)], PRICES)
    assert step.rate is None


@pytest.mark.parametrize(
    ("after", "tokens"),
    [
        pytest.param(said(1, read=100_000, write=2_000), 0, id="all of it was read"),
        pytest.param(said(1, read=99_000, write=3_000), 0, id="less than can be cached"),
        pytest.param(said(1, read=20_000, write=82_000), 80_000, id="most was written again"),
        pytest.param(said(1, fresh=100_000), 100_000, id="sent without any cache"),
        pytest.param(said(1, read=20_000, write=40_000), 40_000, id="the rest was cut off"),
        pytest.param(said(1, read=20_000, write=20_000), 0, id="that was compacted"),
    ],
)
def test_context_is_paid_again_when_it_was_cached_and_not_read(
    after: Response, tokens: int
) -> None:
    assert paid_again(BEFORE, after) == tokens


def test_the_first_of_a_conversation_pays_nothing_again() -> None:
    assert paid_again(None, said(0, write=50_000)) == 0


@pytest.mark.parametrize(("left", "expected"), [(49_999, True), (50_000, False)])
def test_a_context_has_fallen_when_less_than_half_is_left(left: int, *, expected: bool) -> None:
    assert has_fallen(BEFORE, said(1, fresh=left)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(BEFORE, said(5), "changed", id="five minutes are not too long"),
        pytest.param(BEFORE, said(5.1), "expired", id="more are"),
        pytest.param(BEFORE_1H, said(60), "changed", id="an hour's cache lives an hour"),
        pytest.param(BEFORE_1H, said(60.1), "expired", id="and no longer"),
        pytest.param(BEFORE, said(9, model=OTHER_MODEL), "other model", id="caches are a model's"),
    ],
)
def test_the_cause_is_told_from_pause_and_model(
    before: Response, after: Response, expected: str
) -> None:
    assert cause(before, after) == expected
