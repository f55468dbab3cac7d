"""Do sums that are kept up equal sums that are made anew?"""

from __future__ import annotations

import random

from provisioner.live.sums import Sums
from provisioner.reports.amounts import NOTHING, of_response, total
from provisioner.transcripts.model import Response
from tests.unit.reports.answers import PLAIN


def _response(seed: int) -> Response:
    chance = random.Random(seed)  # noqa: S311 - no secret
    return PLAIN._replace(
        model=chance.choice(["claude-opus-4-7", "claude-haiku-4-5"]),
        agent_id=chance.choice(["", "", "a1", "a2"]),
        output_tokens=chance.randrange(1000),
        cost=chance.randrange(10**12),
    )


def test_nothing_adds_up_to_nothing() -> None:
    assert (Sums().total, Sums().by_model(), Sums().by_agent()) == (NOTHING, {}, {})


def test_models_come_by_cost_and_the_main_conversation_is_no_subagent() -> None:
    cheap = PLAIN._replace(model="claude-haiku-4-5", agent_id="a1", cost=1, output_tokens=7)
    sums = Sums([cheap, PLAIN])
    assert list(sums.by_model().items()) == [
        (PLAIN.model, of_response(PLAIN)),
        (cheap.model, of_response(cheap)),
    ]
    assert sums.by_agent() == {"a1": of_response(cheap)}


def test_corrected_responses_leave_nothing_behind() -> None:
    before, after = [_response(seed) for seed in range(50)], [_response(-1), _response(-2)]
    sums = Sums([*before, *after])
    sums.replace(before, [])
    fresh = Sums(after)
    assert sums.total == total(map(of_response, after))
    assert (sums.by_model(), sums.by_agent()) == (fresh.by_model(), fresh.by_agent())
