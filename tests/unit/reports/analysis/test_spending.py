from __future__ import annotations

from provisioner.reports.analysis.contexts import steps
from provisioner.reports.analysis.spending import (
    Background,
    BillExtras,
    Extras,
    Kinds,
    ModelMix,
    Spenders,
)
from provisioner.transcripts.model import PICODOLLARS, Response
from tests.unit.reports.analysis.conversation import OTHER_MODEL, PRICES, said

M = 1_000_000


def _hear(
    finder: Kinds | BillExtras | ModelMix | Spenders | Background, response: Response
) -> None:
    for step in steps([response], PRICES):
        finder.add(step)


def test_kinds_of_tokens_add_up_to_the_cost() -> None:
    one = said(fresh=M, output=M, read=M, write=M, write_1h=M)
    kinds = Kinds()
    _hear(kinds, one)
    _hear(kinds, said(model="my-model", fresh=M))
    found = kinds.found()
    assert [each.cost / PICODOLLARS for each in found] == [5, 25, 0.5, 6.25, 10]
    assert {each.tokens for each in found} == {M}
    assert sum(each.cost for each in found) == one.cost


def test_what_a_bill_adds_stands_apart() -> None:
    extras = BillExtras()
    _hear(extras, said(fresh=M, speed="fast", model="claude-opus-4-8"))
    _hear(extras, said(fresh=M, inference_geo="us", web_searches=10))
    _hear(extras, said(fresh=M))
    _hear(extras, said(fresh=M, model="my-model", web_searches=1))
    assert extras.found() == Extras(
        fast=1, in_us=1, web_searches=11, cost=5_600 * PICODOLLARS // 1000
    )


def test_all_tokens_are_priced_at_each_model_that_was_used() -> None:
    models = ModelMix(PRICES)
    _hear(models, said(fresh=M))
    _hear(models, said(output=M, model=OTHER_MODEL))
    _hear(models, said(fresh=M, model="my-model"))
    found = [
        (each.model, each.amounts.cost / PICODOLLARS, each.everything_at_its_price)
        for each in models.found(5)
    ]
    assert found == [
        ("claude-opus-4-7", 5, 30 * PICODOLLARS),
        (OTHER_MODEL, 5, 6 * PICODOLLARS),
        ("my-model", 0, None),
    ]


def test_sessions_and_prompts_are_the_dearest_first() -> None:
    spenders = Spenders()
    _hear(spenders, said(0, fresh=M, prompt_id="p1"))
    _hear(spenders, said(1, fresh=M, prompt_id="p2"))
    _hear(spenders, said(2, fresh=M, prompt_id="p2", source="subagent", agent_id="a1"))
    _hear(spenders, said(3, fresh=4 * M, prompt_id="", session="other", project="/kim/other"))
    sessions, prompts = spenders.sessions(5), spenders.prompts(5)
    assert [(each.project, each.amounts.requests) for each in sessions] == [
        ("/kim/other", 1),
        ("/kim/widgets", 3),
    ]
    assert [(each.prompt_id, each.amounts.requests) for each in prompts] == [("p2", 2), ("p1", 1)]
    assert sessions[1].last_ms - sessions[1].first_ms == 2 * 60_000
    assert spenders.sessions(1) == sessions[:1]


def test_equal_prompts_of_two_sessions_are_two() -> None:
    spenders = Spenders()
    _hear(spenders, said(0, fresh=M))
    _hear(spenders, said(1, fresh=M, session="other"))
    assert len(spenders.prompts(5)) == 2


def test_work_is_told_apart_by_who_did_it() -> None:
    background = Background()
    _hear(background, said(fresh=M))
    _hear(background, said(fresh=M, agent_type="ignored for conversations"))
    _hear(background, said(fresh=M, source="subagent", agent_type="Explore"))
    _hear(background, said(output=M, source="advisor"))
    found = [(each.source, each.agent_type, each.amounts.requests) for each in background.found()]
    assert found == [("advisor", "", 1), ("main", "", 2), ("subagent", "Explore", 1)]
