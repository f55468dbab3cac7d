"""Do the boards ask only for what the stack keeps, and is everything kept asked for?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.encode import encode
from provisioner.dashboards.model import Bars, Dashboard, Panel, Query, Stat
from provisioner.telemetry import AMOUNTS
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
LABELS = {amount.name: amount.all_labels for amount in AMOUNTS}

_LATER = "the boards that follow the overview ask for it"
NOT_YET_ON_A_BOARD = {
    "ledger_api_requests": _LATER,
    "ledger_api_seconds": _LATER,
    "ledger_api_seconds_bucket": _LATER,
    "ledger_commits": _LATER,
    "ledger_compactions": _LATER,
    "ledger_edit_decisions": _LATER,
    "ledger_prompts": _LATER,
    "ledger_pull_requests": _LATER,
    "ledger_session_cost_usd": _LATER,
    "ledger_session_tokens": _LATER,
    "ledger_session_tool_calls": _LATER,
    "ledger_sessions": _LATER,
    "ledger_tool_calls": _LATER,
    "ledger_tool_decisions": _LATER,
    "ledger_tool_seconds": _LATER,
    "ledger_tool_seconds_bucket": _LATER,
    "ledger_probe": "the stack's own round trip, which is no one's use of Claude Code",
}

each_board = pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
each_panel = pytest.mark.parametrize(
    "panel",
    [panel for board in DASHBOARDS for panel in board.panels()],
    ids=lambda each: each.title,
)
each_query = pytest.mark.parametrize(
    ("board", "query"),
    [
        pytest.param(board, query, id=f"{board.name}: {title}")
        for board in DASHBOARDS
        for title, query in board.queries()
    ],
)
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def _series_asked_for() -> set[str]:
    return {
        series
        for board in DASHBOARDS
        for _, query in board.queries()
        for series in series_of(query.expr)
    }


def _uids(tree: object) -> Iterator[str]:
    """The uid of every `datasource` anywhere in a board's JSON."""
    if isinstance(tree, dict):
        if "datasource" in tree:
            yield tree["datasource"]["uid"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _uids(branch)


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
    for key in ("title", "id"):
        values = [panel[key] for panel in panels]
        assert len(set(values)) == len(values)


@each_board
def test_data_sources_are_the_provisioned_ones(board: Dashboard) -> None:
    provisioned = yaml.safe_load(DATA_SOURCES.read_text(encoding="utf-8"))["datasources"]
    assert set(_uids(json.loads(encode(board)))) <= {source["uid"] for source in provisioned}


@each_board
def test_variables_look_up_labels_that_their_series_have(board: Dashboard) -> None:
    for variable in board.variables:
        assert variable.label in LABELS[variable.series]


@each_query
def test_series_are_in_the_catalogue(board: Dashboard, query: Query) -> None:
    del board
    assert series_of(query.expr)
    assert series_of(query.expr) <= LABELS.keys()


@each_query
def test_selectors_match_labels_that_their_series_have(board: Dashboard, query: Query) -> None:
    del board
    for selector in selectors(query.expr):
        assert selector.labels <= LABELS[selector.series]


@each_query
def test_groupings_and_legends_use_labels_that_all_series_have(
    board: Dashboard, query: Query
) -> None:
    del board
    used = grouped_by(query.expr) | legend_labels(query.legend)
    for series in series_of(query.expr):
        assert used <= LABELS[series]


@each_query
def test_a_legend_shows_labels_that_the_query_keeps(board: Dashboard, query: Query) -> None:
    del board
    assert legend_labels(query.legend) <= grouped_by(query.expr)


@each_query
def test_variables_in_a_query_are_variables_of_its_board(board: Dashboard, query: Query) -> None:
    assert variables_of(query.expr) <= {variable.label for variable in board.variables}


@each_query
def test_every_filter_is_applied_to_the_series_that_have_its_label(
    board: Dashboard, query: Query
) -> None:
    offered = {variable.label for variable in board.variables}
    narrowed = selectors(query.expr)
    assert {selector.series for selector in narrowed} == series_of(query.expr)
    for selector in narrowed:
        assert offered & LABELS[selector.series] <= selector.labels


@each_panel
def test_a_stat_sums_the_range_and_bars_sum_the_step_after_them(panel: Panel) -> None:
    window = "[$__interval] offset -$__interval" if isinstance(panel, Bars) else "[$__range]"
    for query in panel.queries:
        assert query.expr.count("sum_over_time(") == query.expr.count(window)


@each_panel
def test_one_series_on_a_panel_needs_no_legend_and_several_need_one(panel: Panel) -> None:
    for query in panel.queries:
        shows_several = "by (" in query.expr and "count(" not in query.expr
        assert bool(query.legend) is shows_several


@each_query
@each_rule
def test_nothing_forbidden_stands_in_a_query(board: Dashboard, query: Query, rule: Rule) -> None:
    del board
    assert not rule.is_broken_by(query.expr), rule.reason


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
    assert _series_asked_for() | NOT_YET_ON_A_BOARD.keys() == LABELS.keys()


def test_an_amount_on_a_board_is_not_excused() -> None:
    assert _series_asked_for().isdisjoint(NOT_YET_ON_A_BOARD)


def test_the_overview_answers_what_the_first_issue_promised() -> None:
    overview = next(board for board in DASHBOARDS if board.name == "overview")
    stats = [panel.title for panel in overview.panels() if isinstance(panel, Stat)]
    bars = [panel.title for panel in overview.panels() if isinstance(panel, Bars)]
    assert stats[:4] == ["Active Sessions", "Total Cost", "Token Usage", "Lines of Code"]
    assert bars == ["Cost by Model", "Token Usage by Type"]
    assert [variable.label for variable in overview.variables] == ["user", "project", "model"]
