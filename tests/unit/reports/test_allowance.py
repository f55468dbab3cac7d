"""Is what is told of limits the plan's own, or else called an estimate?"""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.live.limits import Limits, Window
from provisioner.reports.allowance import allowance
from provisioner.reports.blocks import block_key, block_starts, blocks
from provisioner.reports.rows import Row
from provisioner.transcripts.model import SLOT_MS, Response
from tests.unit.reports.answers import at, ms, slices

NOW = "2026-11-22T12:00"
NOW_S = ms(NOW) / 1000
BEFORE = at("2026-11-21T12:00")._replace(input_tokens=10_000 - 3_470)


def _rows(*responses: Response) -> Sequence[Row]:
    key = block_key(block_starts(each.at_ms // SLOT_MS for each in responses))
    past = slices(each for each in responses if each.at_ms <= ms(NOW))
    return blocks(past, slices(each for each in responses if each.at_ms > ms(NOW)), key, ms(NOW))


def test_limits_are_those_that_the_client_was_told() -> None:
    told = Limits(NOW_S - 60, Window(42.5, NOW_S + 3600), Window(13.0, NOW_S + 86_400))
    assert allowance(told, _rows(BEFORE, at("2026-11-22T11:00")), ms(NOW)) == {
        "source": "client",
        "told_at": "2026-11-22T11:59:00Z",
        "five_hour": {"used_percentage": 42.5, "resets_at": "2026-11-22T13:00:00Z"},
        "seven_day": {"used_percentage": 13.0, "resets_at": "2026-11-23T12:00:00Z"},
    }


def test_a_limit_that_began_anew_since_is_not_told() -> None:
    told = Limits(NOW_S - 86_400, Window(42.5, NOW_S), Window(13.0, NOW_S + 1))
    found = allowance(told, [], ms(NOW))
    assert found is not None
    assert (found["five_hour"], found["source"]) == (None, "client")


def test_without_limits_the_active_block_is_held_against_the_largest_before_and_labelled() -> None:
    ended = Limits(NOW_S - 86_400, Window(42.5, NOW_S), None)
    rows = _rows(at("2026-11-20T12:00"), BEFORE, at("2026-11-22T11:00"))
    for told in (None, ended):
        assert allowance(told, rows, ms(NOW)) == {
            "source": "estimate",
            "largest_block": "2026-11-21T12:00:00Z",
            "largest_block_tokens": 10_000,
            "used_percentage": 35.7,
        }


def test_without_anything_to_go_by_nothing_is_told() -> None:
    assert allowance(None, _rows(BEFORE), ms(NOW)) is None
    assert allowance(None, _rows(at("2026-11-22T11:00")), ms(NOW)) is None
    assert allowance(None, _rows(at("2026-11-22T11:00"), at("2026-11-25T11:00")), ms(NOW)) is None
