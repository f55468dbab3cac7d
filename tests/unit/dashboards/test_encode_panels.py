"""Does each kind of panel look as its numbers ask for?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioner.dashboards.encode_panels import encode_panel
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Events,
    Heatmap,
    Key,
    Kind,
    Level,
    Lines,
    Panel,
    Query,
    Ranking,
    Source,
    Stat,
    Table,
    Tone,
    Unit,
)

NOW = Query(expr="sum(a)", kind=Kind.INSTANT)
BY_MODEL = Query(expr="sum by (model) (a)", kind=Kind.INSTANT, legend="{{model}}")
OVER_TIME = Query(expr="sum by (model) (a)", kind=Kind.RANGE, legend="{{model}}")
DAY = 86_400
LEVELS = (Level(at=0, tone=Tone.BAD), Level(at=0.5, tone=Tone.GOOD))


def _encoded(panel: Panel) -> dict[str, Any]:
    return encode_panel(panel, "nothing here")


def _stat(*queries: Query, **more: Any) -> Stat:  # noqa: ANN401 - whatever a Stat takes
    return Stat(title="a", why="to know it", unit=Unit.USD, queries=queries or (NOW,), **more)


def _bars(*queries: Query) -> Bars:
    return Bars(title="a", why="to see when", unit=Unit.USD, queries=queries or (OVER_TIME,))


def _table(*keys: Key) -> Table:
    column = Column(title="Cost", unit=Unit.USD, query=BY_MODEL, levels=LEVELS)
    return Table(title="a", why="to compare", keys=keys, columns=(column, column))


def _overrides(panel: Panel) -> dict[str, dict[str, Any]]:
    return {
        each["matcher"]["options"]: {item["id"]: item["value"] for item in each["properties"]}
        for each in _encoded(panel)["fieldConfig"]["overrides"]
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = _encoded(panel)["fieldConfig"]["defaults"]
    return defaults


def test_bars_stack_and_begin_at_their_time() -> None:
    custom = _defaults(_bars())["custom"]
    assert (custom["drawStyle"], custom["barAlignment"]) == ("bars", 1)
    assert custom["stacking"]["mode"] == "normal"


def test_lines_do_not_stack() -> None:
    lines = Lines(title="a", why="to see how", unit=Unit.SECONDS, queries=(OVER_TIME,))
    assert _defaults(lines)["custom"]["stacking"]["mode"] == "none"


def test_no_bar_of_a_range_within_the_retention_is_longer_than_a_day() -> None:
    # Below a week for each bar Grafana's steps end at one day, and all of them divide a day.
    assert 400 * DAY / _encoded(_bars())["maxDataPoints"] < 7 * DAY


def test_each_query_names_its_store_and_how_it_is_evaluated() -> None:
    events = Query(expr="{}", kind=Kind.INSTANT, source=Source.LOKI)
    (in_loki,) = _encoded(_stat(events))["targets"]
    assert in_loki["datasource"] == {"type": "loki", "uid": "${events}"}
    assert in_loki["queryType"] == "instant"
    (in_prometheus,) = _encoded(_bars())["targets"]
    assert in_prometheus["datasource"]["uid"] == "${metrics}"
    assert (in_prometheus["instant"], in_prometheus["range"]) == (False, True)


def test_queries_of_one_panel_are_told_apart() -> None:
    assert [target["refId"] for target in _encoded(_stat(NOW, NOW))["targets"]] == ["A", "B"]


def test_a_calendar_tile_begins_at_its_time() -> None:
    assert _encoded(_stat(since="now/M"))["timeFrom"] == "now/M"
    assert "timeFrom" not in _encoded(_stat())


def test_a_lone_bar_of_a_ranking_is_named() -> None:
    ranking = Ranking(title="a", why="to compare", unit=Unit.USD, queries=(BY_MODEL,))
    assert _defaults(ranking)["displayName"] == "${__field.labels.model}"


def test_a_heat_map_asks_for_buckets() -> None:
    by_bound = Query(expr="sum by (le) (a)", kind=Kind.RANGE, legend="{{le}}")
    panel = Heatmap(title="a", why="to see the spread", unit=Unit.COUNT, queries=(by_bound,))
    assert _encoded(panel)["targets"][0]["format"] == "heatmap"


def test_a_table_has_its_keys_first_and_is_ordered_by_its_first_number() -> None:
    encoded = _encoded(_table(Key(label="model", title="Model")))
    organize = encoded["transformations"][1]["options"]
    assert organize["indexByName"] == {"model": 0, "Value #A": 1, "Value #B": 2}
    assert organize["renameByName"]["model"] == "Model"
    assert encoded["options"]["sortBy"] == [{"displayName": "Cost", "desc": True}]


def test_a_column_that_is_not_shown_is_there_all_the_same() -> None:
    query = Query(expr="a", kind=Kind.INSTANT)
    column = Column(title="From", unit=Unit.MOMENT, query=query, is_shown=False)
    table = replace(_table(Key(label="model", title="Model")), columns=(column,))
    assert _overrides(table)["From"] == {
        "unit": "dateTimeAsIso",
        "decimals": 0,
        "custom.align": "right",
        "custom.hideFrom.viz": True,
    }


def test_events_come_newest_first_unless_they_tell_a_story() -> None:
    query = Query(expr="{}", kind=Kind.EVENTS, source=Source.LOKI)
    newest = Events(title="a", why="to read", query=query)
    story = Events(title="a", why="to read", query=query, is_story=True)
    assert _encoded(newest)["options"]["sortOrder"] == "Descending"
    assert _encoded(newest)["targets"][0]["maxLines"] == 200
    assert _encoded(story)["targets"][0]["maxLines"] == 1000
    assert _encoded(story)["options"]["sortOrder"] == "Ascending"
