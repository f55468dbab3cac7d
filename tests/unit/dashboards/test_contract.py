"""Do the boards ask only for what the stack keeps, and is everything kept asked for?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.encode import encode
from provisioner.dashboards.model import FILTERS, Dashboard, uid_of
from provisioner.dashboards.panels import (
    FROM,
    UNTIL,
    Bars,
    Column,
    Heatmap,
    Key,
    Lines,
    Panel,
    Query,
    Reach,
    Source,
    Stat,
    Table,
    Unit,
)
from provisioner.event_attributes import EVENTS, attributes_of
from provisioner.stack_figures import RECORDED, TOLD
from provisioner.telemetry import AMOUNTS, PLAN_LIMITS
from tests.unit.dashboards import logql
from tests.unit.dashboards.forbidden import ALLOWED, RULES, Rule
from tests.unit.dashboards.promql import (
    grouped_by,
    legend_labels,
    selectors,
    series_of,
    variables_of,
)

ROOT = Path(__file__).parents[3]
DATA_SOURCES = ROOT / "grafana" / "provisioning" / "datasources" / "stack.yaml.j2"
OF_ENGINES = {figure.name: frozenset(figure.labels) for figure in (*RECORDED, *TOLD)}
"""What the stack tells of itself, which is nobody's use of Claude Code: no filter narrows it."""
OF_PLANS = {limit.name: frozenset(limit.labels) for limit in PLAN_LIMITS}
LABELS = {amount.name: amount.all_labels for amount in AMOUNTS} | OF_PLANS | OF_ENGINES
FILTERED = {variable.label for variable in FILTERS}
NOT_ON_A_BOARD = {
    "ledger_probe": "the stack's own round trip, which is no one's use of Claude Code",
    "ledger_tool_seconds": "its buckets tell more; the sum is kept for people's own means",
    "stack:queue_bytes:most": "the share of it that is filled tells more",
    "stack:queue_sent_bytes:rate1m": "a step on the way to how far a queue is behind",
    "stack:queue_kept_up:time": "a step on the way to how far a queue is behind",
}
PROMISED = {
    "overview": {"Active Sessions", "Total Cost", "Token Usage", "Lines of Code", "Plan Limits"},
    "cost": {"Cumulative Cost by Model", "Token Usage by Type", "Token Usage by Model"},
    "tools": {"Tool Usage Rate", "Cumulative Tool Usage", "Tool Success Rate"},
    "performance": {"API Request Duration by Model", "API Error Rate"},
    "productivity": {"Cumulative Code Changes", "Development Activity"},
    "events": {"Tool Execution Events", "API Error Events"},
    "health": {"Problems", "Engines", "Firing Alerts"},
    "quality": {"Requests in the Ledger", "Requests in Loki", "Told Live"},
    "sessions": {"Sessions"},
    "session": {"Its Story"},
}
"""Panels whose names people know; they stay."""

each_board = pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
each_panel = pytest.mark.parametrize(
    "panel",
    [
        pytest.param(panel, id=f"{board.name}: {panel.title}")
        for board in DASHBOARDS
        for panel in board.panels()
    ],
)
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def _queries(source: Source) -> pytest.MarkDecorator:
    found = (
        (f"{board.name}: {title} {number}", query)
        for board in DASHBOARDS
        for number, (title, query) in enumerate(board.queries())
    )
    cases = [pytest.param(query, id=name) for name, query in found if query.source is source]
    return pytest.mark.parametrize("query", cases)


each_sum = _queries(Source.PROMETHEUS)
each_event_query = _queries(Source.LOKI)


def _series_asked_for() -> set[str]:
    return {
        series
        for board in DASHBOARDS
        for _, query in board.queries()
        if query.source is Source.PROMETHEUS
        for series in series_of(query.expr)
    }


def _shared(expr: str) -> frozenset[str]:
    """The labels that all series of a query have."""
    return frozenset.intersection(*(LABELS[series] for series in series_of(expr)))


def _links() -> Iterator[tuple[Key, str, str]]:
    for board in DASHBOARDS:
        for panel in board.panels():
            if isinstance(panel, Table):
                for key in panel.keys:
                    if key.link:
                        yield key, key.link.board, key.link.text


def test_boards_have_names_titles_and_uids_of_their_own() -> None:
    for values in (
        [board.name for board in DASHBOARDS],
        [board.title for board in DASHBOARDS],
        [board.uid for board in DASHBOARDS],
    ):
        assert len(set(values)) == len(values)


@each_board
def test_a_uid_is_within_the_forty_characters_that_grafana_takes(board: Dashboard) -> None:
    assert len(board.uid) <= 40


@each_board
def test_panels_and_rows_of_a_board_have_titles_and_ids_of_their_own(board: Dashboard) -> None:
    panels: list[dict[str, Any]] = json.loads(encode(board))["panels"]
    rows = [panel["title"] for panel in panels if panel["type"] == "row"]
    shown = [panel["title"] for panel in panels if panel["type"] != "row"]
    assert len(set(rows)) == len(rows)
    assert len(set(shown)) == len(shown)
    assert len({panel["id"] for panel in panels}) == len(panels)


@each_board
def test_panels_that_people_know_are_there(board: Dashboard) -> None:
    assert PROMISED[board.name] <= {panel.title for panel in board.panels()}


@each_board
def test_nobody_has_to_scroll_through_forty_panels(board: Dashboard) -> None:
    assert len(list(board.panels())) <= 20


@each_board
def test_data_sources_are_chosen_by_variables_that_begin_with_the_provisioned_ones(
    board: Dashboard,
) -> None:
    content = json.loads(encode(board))
    provisioned = yaml.safe_load(DATA_SOURCES.read_text(encoding="utf-8"))["datasources"]
    variables = [each for each in content["templating"]["list"] if each["type"] == "datasource"]
    assert {each["current"]["value"] for each in variables} == {each["uid"] for each in provisioned}
    names = {f"${{{each['name']}}}" for each in variables}
    assert set(re.findall(r'"uid": "(\$[^"]*)"', encode(board))) <= names


@each_board
def test_every_board_of_the_use_of_claude_code_can_be_narrowed_in_the_same_ways(
    board: Dashboard,
) -> None:
    asked = {series for _, query in board.queries() for series in series_of(query.expr)}
    narrowed = ["user", "team", "project", "model", "origin"]
    assert [variable.label for variable in board.variables] == (
        [] if asked <= OF_ENGINES.keys() else narrowed
    )


@each_board
def test_variables_look_up_labels_that_their_series_have(board: Dashboard) -> None:
    for variable in board.variables:
        assert variable.label in LABELS[variable.series]


@each_board
def test_variables_in_a_query_are_variables_of_its_board(board: Dashboard) -> None:
    offered = {variable.label for variable in board.variables} | {text.name for text in board.texts}
    for _, query in board.queries():
        assert variables_of(query.expr) <= offered


@each_sum
def test_series_are_in_the_catalogue(query: Query) -> None:
    assert series_of(query.expr)
    assert series_of(query.expr) <= LABELS.keys()


@each_sum
def test_selectors_match_labels_that_their_series_have(query: Query) -> None:
    for selector in selectors(query.expr):
        assert selector.labels <= LABELS[selector.series]


@each_sum
def test_groupings_and_legends_use_labels_that_all_series_have(query: Query) -> None:
    assert grouped_by(query.expr) | legend_labels(query.legend) <= _shared(query.expr)


@each_sum
def test_a_legend_shows_labels_that_the_query_keeps(query: Query) -> None:
    assert legend_labels(query.legend) <= grouped_by(query.expr)


@each_sum
def test_every_filter_that_all_series_of_a_query_have_narrows_each_of_them(query: Query) -> None:
    if series_of(query.expr) <= OF_ENGINES.keys():
        return
    narrowed = selectors(query.expr)
    assert {selector.series for selector in narrowed} == series_of(query.expr)
    for selector in narrowed:
        assert selector.labels & FILTERED == _shared(query.expr) & FILTERED


@each_panel
def test_totals_sum_the_range_and_bars_the_step_after_them(panel: Panel) -> None:
    step = "[$__interval] offset -$__interval"
    windows: dict[type, str] = {Bars: step, Lines: step, Heatmap: "[$__interval]"}
    window = windows.get(type(panel), "[$__range]")
    moments = _moments(panel)
    for query in set(panel.questions) - moments:
        if query.source is Source.PROMETHEUS:
            assert query.expr.count("sum_over_time(ledger") == query.expr.count(window)


def _moments(panel: Panel) -> set[Query]:
    """What asks when a row was: steps of the range tell it."""
    columns = panel.columns if isinstance(panel, Table) else ()
    return {column.query for column in columns if column.unit is Unit.MOMENT}


@each_panel
def test_a_row_that_leads_to_its_own_time_knows_it(panel: Panel) -> None:
    if isinstance(panel, Table):
        is_asked = any(key.link and key.link.reach is Reach.ROW for key in panel.keys)
        hidden = [column.title for column in panel.columns if not column.is_shown]
        assert hidden == ([FROM, UNTIL] if is_asked else [])
        assert len(_moments(panel)) == len(hidden)


@each_panel
def test_one_series_on_a_panel_needs_no_legend_and_several_need_one(panel: Panel) -> None:
    if isinstance(panel, Table):
        return
    for query in panel.questions:
        shows_several = bool(re.match(r"(?:sort_desc|topk|sum by|max by|histogram_)", query.expr))
        assert shows_several <= bool(query.legend)
    assert len(panel.questions) == 1 or all(query.legend for query in panel.questions)


@each_panel
def test_the_columns_of_a_table_meet_in_its_keys(panel: Panel) -> None:
    if isinstance(panel, Table):
        keys = {key.label for key in panel.keys}
        for column in panel.columns:
            assert _kept(column) == keys


def _kept(column: Column) -> set[str]:
    """The labels that the query of a column gives its rows."""
    return grouped_by(column.query.expr) - {"le"}


@each_sum
@each_rule
def test_nothing_forbidden_stands_in_a_sum(query: Query, rule: Rule) -> None:
    assert not rule.is_broken_by(query.expr), rule.reason


@each_event_query
@each_rule
def test_nothing_forbidden_stands_in_a_query_of_events(query: Query, rule: Rule) -> None:
    assert not rule.is_broken_by(query.expr), rule.reason


@each_event_query
def test_events_are_known_and_have_the_attributes_that_are_asked_for(query: Query) -> None:
    names = logql.events_of(query.expr)
    assert names <= set(EVENTS)
    known = [attributes_of(name) for name in names] or [attributes_of(name) for name in EVENTS]
    anywhere = frozenset.union(*known)
    assert logql.attributes_of(query.expr) <= anywhere
    assert logql.branches_of(query.expr) <= set(EVENTS)


@each_panel
def test_a_panel_of_one_day_says_so_and_walks_through_events(panel: Panel) -> None:
    for query in panel.questions:
        if "[24h]" in query.expr:
            assert query.source is Source.LOKI
            assert "Last Day" in panel.title


@each_event_query
def test_events_are_narrowed_by_every_filter_that_all_of_them_have(query: Query) -> None:
    known = attributes_of(*logql.events_of(query.expr))
    assert logql.filters_of(query.expr) & FILTERED == known & FILTERED


@each_rule
def test_a_rule_catches_its_example(rule: Rule) -> None:
    assert rule.is_broken_by(rule.example)


@pytest.mark.parametrize("expr", ALLOWED)
def test_a_right_query_breaks_no_rule(expr: str) -> None:
    assert [rule.name for rule in RULES if rule.is_broken_by(expr)] == []


@each_board
def test_legends_over_bars_show_no_totals(board: Dashboard) -> None:
    for panel in json.loads(encode(board))["panels"]:
        assert panel.get("options", {}).get("legend", {}).get("calcs", []) == []


def test_every_amount_is_on_a_board_or_says_why_not() -> None:
    assert _series_asked_for() | NOT_ON_A_BOARD.keys() == LABELS.keys()


def test_an_amount_on_a_board_is_not_excused() -> None:
    assert _series_asked_for().isdisjoint(NOT_ON_A_BOARD)


def test_a_link_leads_to_a_board_that_has_its_text() -> None:
    texts = {board.name: {text.name for text in board.texts} for board in DASHBOARDS}
    links = list(_links())
    assert links
    for _, board, text in links:
        assert text in texts[board]


def test_links_of_event_lines_lead_to_boards_that_have_their_text() -> None:
    texts = {board.uid: {text.name for text in board.texts} for board in DASHBOARDS}
    provisioned = DATA_SOURCES.read_text(encoding="utf-8")
    links = re.findall(r'url: "/d/([\w-]+)\?var-(\w+)=', provisioned)
    assert {uid for uid, _ in links} == {uid_of("session"), uid_of("events")}
    for uid, text in links:
        assert text in texts[uid]


def test_a_tile_that_leads_to_a_board_leads_to_one_that_is_there() -> None:
    led = {
        panel.board
        for board in DASHBOARDS
        for panel in board.panels()
        if isinstance(panel, Stat) and panel.board
    }
    assert led == {"health"}
    assert led <= {board.name for board in DASHBOARDS}


def test_overview_and_the_board_that_it_leads_to_agree_on_the_stacks_health() -> None:
    boards = {board.name: board for board in DASHBOARDS}
    (tile,) = (each for each in boards["overview"].panels() if each.title == "Stack Health")
    assert tile.questions == next(boards["health"].panels()).questions


def test_a_calendar_tile_says_so_in_its_title() -> None:
    named = {"now/d": "Today", "now/w": "This Week", "now/M": "Month"}
    tiles = [
        panel
        for board in DASHBOARDS
        for panel in board.panels()
        if isinstance(panel, Stat) and panel.since
    ]
    assert tiles
    for tile in tiles:
        assert named[tile.since] in tile.title
