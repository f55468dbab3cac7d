"""Is Grafana's JSON what the boards say, byte for byte?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.__main__ import FOLDER, write
from provisioner.dashboards.encode import encode
from provisioner.dashboards.model import Dashboard, Row, Text
from provisioner.dashboards.panels import Bars, Kind, Panel, Query, Stat, Unit

REGENERATE = "run `python -m provisioner.dashboards` and commit what it wrote"
EMPTY = "nothing here"


def _stat(title: str, *queries: Query) -> Stat:
    now = Query(expr="sum(a)", kind=Kind.INSTANT)
    return Stat(title=title, why="to know it", unit=Unit.USD, queries=queries or (now,))


def _bars(title: str) -> Bars:
    query = Query(expr="sum by (model) (a)", kind=Kind.RANGE, legend="{{model}}")
    return Bars(title=title, why="to see when", unit=Unit.USD, queries=(query,))


def _encoded(*rows: tuple[Panel, ...]) -> list[dict[str, Any]]:
    board = Dashboard(
        name="cost",
        title="Cost",
        question="What did it cost?",
        empty=EMPTY,
        rows=tuple(Row(title=f"Row {n}", panels=panels) for n, panels in enumerate(rows)),
    )
    panels: list[dict[str, Any]] = json.loads(encode(board))["panels"]
    return panels


def _places(panels: list[dict[str, Any]]) -> list[list[int]]:
    return [[panel["gridPos"][key] for key in "xywh"] for panel in panels]


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
def test_the_committed_file_is_what_the_code_makes(board: Dashboard) -> None:
    committed = FOLDER / f"{board.name}.json"
    assert committed.read_bytes() == encode(board).encode(), REGENERATE


def test_no_file_is_committed_that_no_board_makes() -> None:
    committed = {path.name for path in FOLDER.glob("*.json")}
    assert committed == {f"{board.name}.json" for board in DASHBOARDS}, REGENERATE


def test_writing_replaces_what_is_there_and_removes_what_is_no_board(tmp_path: Path) -> None:
    (tmp_path / "overview.json").write_text("old")
    (tmp_path / "gone.json").write_text("{}")
    (tmp_path / "README.md").write_text("kept")
    write(tmp_path)
    committed = {path.name for path in FOLDER.glob("*.json")}
    assert {path.name for path in tmp_path.iterdir()} == committed | {"README.md"}
    assert (tmp_path / "overview.json").read_bytes() == (FOLDER / "overview.json").read_bytes()


def test_a_file_holds_nothing_of_a_server_and_ends_with_one_newline() -> None:
    text = encode(DASHBOARDS[0])
    content = json.loads(text)
    assert content.keys().isdisjoint({"id", "version"})
    assert text == json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_panels_fill_their_row_and_rows_follow_one_another() -> None:
    panels = _encoded((_stat("a"), _stat("b")), (_bars("c"), _stat("d")))
    assert _places(panels) == [
        [0, 0, 24, 1],
        [0, 1, 12, 5],
        [12, 1, 12, 5],
        [0, 6, 24, 1],
        [0, 7, 16, 9],
        [16, 7, 8, 9],
    ]


def test_a_panel_keeps_its_id_when_it_moves() -> None:
    before = {panel["title"]: panel["id"] for panel in _encoded((_stat("a"), _stat("b")))}
    after = {panel["title"]: panel["id"] for panel in _encoded((_stat("b"), _stat("a")))}
    assert before == after


def test_a_total_without_data_says_what_to_do_and_a_missing_bar_says_nothing() -> None:
    _, stat, bars = _encoded((_stat("a"), _bars("b")))
    assert stat["fieldConfig"]["defaults"]["noValue"] == EMPTY
    assert "noValue" not in bars["fieldConfig"]["defaults"]


def test_a_panel_says_which_filters_do_not_reach_it() -> None:
    query = Query(expr='sum(a{user=~"$user",team=~"$team"})', kind=Kind.INSTANT)
    _, stat = _encoded((_stat("a", query),))
    assert stat["description"] == "to know it Not narrowed by: Project, Model, Origin."


def test_a_panel_that_every_filter_reaches_says_nothing_of_them() -> None:
    names = ("user", "team", "project", "model", "origin")
    query = Query(expr=",".join(f"${name}" for name in names), kind=Kind.INSTANT)
    _, stat = _encoded((_stat("a", query),))
    assert stat["description"] == "to know it"


def test_a_row_and_a_panel_of_one_title_are_told_apart() -> None:
    row, panel = _encoded((_stat("Row 0"),))
    assert row["title"] == panel["title"]
    assert row["id"] != panel["id"]


def test_widths_fill_the_row_whatever_the_shares() -> None:
    panels = _encoded((_bars("a"), _stat("b"), _bars("c")))
    assert sum(panel["gridPos"]["w"] for panel in panels[1:]) == 24


def test_a_board_that_is_not_listed_lists_the_others_all_the_same() -> None:
    board = Dashboard(
        name="session",
        title="Session",
        question="What happened?",
        rows=(Row(title="One", panels=(_stat("a"),)),),
        texts=(Text(name="session", title="Session", why="an id", default="none"),),
        is_listed=False,
    )
    content = json.loads(encode(board))
    assert content["tags"] == ["claude-code-detail"]
    assert content["links"][0]["tags"] == ["claude-code"]
    texts = [each for each in content["templating"]["list"] if each["type"] == "textbox"]
    assert [(each["name"], each["query"]) for each in texts] == [("session", "none")]
