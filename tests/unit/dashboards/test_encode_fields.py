"""Does a number look the same wherever it stands?"""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.dashboards.encode_fields import (
    exact,
    has_names,
    mappings,
    name,
    name_colors,
    override,
    plain,
    short,
    thresholds,
)
from provisioner.dashboards.panels import Kind, Level, Query, Tone, Unit

LEVELS = (Level(at=0, tone=Tone.BAD), Level(at=0.5, tone=Tone.GOOD))
LONE = Query(expr="sum(a)", kind=Kind.INSTANT)


def _by(label: str) -> Query:
    return Query(expr="a", kind=Kind.INSTANT, legend=f"{{{{{label}}}}}")


def _colors(*queries: Query) -> dict[str, Any]:
    return {
        each["matcher"]["options"]: each["properties"][0]["value"]["fixedColor"]
        for each in name_colors(queries)
    }


@pytest.mark.parametrize("unit", Unit)
def test_every_unit_has_a_long_and_a_short_form(unit: Unit) -> None:
    assert exact(unit)["unit"]
    assert short(unit)


def test_money_is_exact_to_the_cent_in_a_total_and_short_on_an_axis() -> None:
    assert exact(Unit.USD) == {"unit": "currency:financial:$", "decimals": 2}
    assert short(Unit.USD) == "currencyUSD"


def test_a_total_is_neither_good_nor_bad_unless_its_levels_say_so() -> None:
    assert plain(()) == {"mode": "fixed", "fixedColor": "text"}
    assert plain(LEVELS) == {"mode": "thresholds"}
    assert thresholds(LEVELS)["steps"] == [
        {"value": None, "color": "red"},
        {"value": 0.5, "color": "green"},
    ]


def test_models_and_kinds_of_tokens_have_one_colour_everywhere() -> None:
    assert _colors(_by("model"))["/^claude-opus-5-5/"] == "purple"
    assert _colors(_by("type"))["cacheRead"] == "super-light-blue"
    assert _colors(LONE) == {}


def test_a_pattern_matches_names_and_a_name_is_itself() -> None:
    assert override("/^a/", {})["matcher"] == {"id": "byRegexp", "options": "/^a/"}
    assert override("a", {})["matcher"] == {"id": "byName", "options": "a"}


def test_a_legend_becomes_the_name_of_a_field() -> None:
    assert name("{{model}}") == "${__field.labels.model}"
    assert name("before") == "before"


def test_words_replace_numbers_that_stand_for_a_state() -> None:
    (mapping,) = mappings({1: "all up"})
    assert mapping["options"] == {"1": {"text": "all up"}}
    assert mappings({}) == []


def test_series_have_names_when_a_legend_tells_them_apart() -> None:
    assert has_names((_by("model"),))
    assert not has_names((LONE,))
