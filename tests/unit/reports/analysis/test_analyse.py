from __future__ import annotations

from provisioner.reports.analysis import analyse
from provisioner.transcripts.model import Response
from tests.unit.reports.analysis.conversation import PRICES, said
from tests.unit.reports.answers import by_chance, sum_of


def test_every_finding_adds_up_to_the_same_total() -> None:
    found = analyse(_answers(), PRICES, most=100)
    assert found.total == sum_of(_answers())
    for parts in (found.models, found.sessions, found.work, found.prompts):
        assert sum(each.amounts.cost for each in parts) == found.total.cost
    assert sum(kind.cost for kind in found.kinds) == found.total.cost
    assert found.extras.cost == found.total.billed - found.total.cost


def _answers() -> list[Response]:
    """The same by chance, at their true costs and in their order."""
    return [
        said(
            minute,
            fresh=each.input_tokens,
            output=each.output_tokens,
            read=each.cache_read_tokens,
            write=each.cache_write_5m_tokens,
            write_1h=each.cache_write_1h_tokens,
            session=each.session,
            model=each.model,
            source=each.source,
            web_searches=each.web_searches,
        )
        for minute, each in enumerate(by_chance(7))
    ]


def test_nothing_was_spent_on_nothing() -> None:
    found = analyse([], PRICES)
    assert found.total.requests == found.compactions.times == found.lifetimes.cost == 0
    assert not any((found.paid_again, found.models, found.sessions, found.prompts, found.work))
