"""Is what is said of the active block what the fields say?"""

from __future__ import annotations

from provisioner.live.limits import Limits, Window
from provisioner.reports.amounts import CostName
from provisioner.reports.block_notes import block_notes
from provisioner.reports.report import Question, answer
from provisioner.reports.zones import find_zone
from provisioner.transcripts.model import Query, Response
from tests.unit.reports.answers import HandMade, at, ms

BERLIN = find_zone("Europe/Berlin", {})
NOW = ms("2026-11-22T12:00")
ACTIVE = at("2026-11-22T10:20")


def _notes(
    *responses: Response, told: Limits | None = None, which: CostName = "tokens"
) -> list[str]:
    question = Question(report="blocks", query=Query(), zone=BERLIN, now_ms=NOW, told=told)
    return list(block_notes(answer(HandMade(all=responses), question), which, BERLIN))


def test_an_active_block_has_a_rate_and_a_projection() -> None:
    assert _notes(ACTIVE) == [
        "active block: 238 tokens/min, 38 without cache reads, $0.04/h, over 15 min of activity",
        "at this rate without a pause, by 2026-11-22 16:00: 46,410 tokens, $0.13",
    ]
    assert "$0.044/h" not in "".join(_notes(ACTIVE, which="billed"))
    assert ", $0.14" in _notes(ACTIVE, which="billed")[1]


def test_where_no_price_is_known_no_cost_is_told() -> None:
    rate, projection = _notes(ACTIVE._replace(cost=None, billed=None))
    assert "unknown cost/h" in rate
    assert projection.endswith("46,410 tokens, unknown cost")


def test_it_can_be_too_early_for_a_rate() -> None:
    (note,) = _notes(at("2026-11-22T12:00"))
    assert note.startswith("active block: too early for a burn rate")


def test_limits_are_told_with_the_time_at_which_they_were() -> None:
    told = Limits(
        NOW / 1000 - 60, Window(42.4, NOW / 1000 + 3600), Window(13.0, NOW / 1000 + 86_400)
    )
    (note,) = _notes(told=told)
    assert note == (
        "limits as the client was told at 2026-11-22 12:59: "
        "five hours 42 % used, anew at 2026-11-22 14:00; "
        "seven days 13 % used, anew at 2026-11-23 13:00"
    )


def test_an_estimate_says_that_it_is_one() -> None:
    assert _notes(ACTIVE, at("2026-11-21T10:00"))[-1] == (
        "estimate (no limits were told): 100 % of the tokens of your largest block so far, "
        "2026-11-21 11:00"
    )


def test_when_nothing_goes_on_there_is_nothing_to_say() -> None:
    assert _notes(at("2026-11-21T10:00")) == []
