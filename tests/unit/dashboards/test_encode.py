"""Is Grafana's JSON what the boards say, byte for byte?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.__main__ import FOLDER, write
from provisioner.dashboards.encode import NO_DATA, encode
from provisioner.dashboards.model import (
    Bars,
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Source,
    Stat,
    Unit,
)

REGENERATE = "run `python -m provisioner.dashboards` and commit what it wrote"
DAY = 86_400


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
        variables=(),
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
    assert {path.name for path in tmp_path.iterdir()} == {"overview.json", "README.md"}
    assert (tmp_path / "overview.json").read_bytes() == (FOLDER / "overview.json").read_bytes()


def test_a_file_holds_nothing_of_a_server_and_ends_with_one_newline() -> None:
    text = encode(DASHBOARDS[0])
    content = json.loads(text)
    assert content["id"] is None
    assert "version" not in content
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
    assert stat["fieldConfig"]["defaults"]["noValue"] == NO_DATA
    assert "noValue" not in bars["fieldConfig"]["defaults"]


def test_a_name_has_one_colour_everywhere_and_a_lone_total_has_none() -> None:
    _, stat, bars = _encoded((_stat("a"), _bars("b")))
    assert stat["fieldConfig"]["defaults"]["color"] == {"mode": "fixed", "fixedColor": "text"}
    assert bars["fieldConfig"]["defaults"]["color"] == {"mode": "palette-classic-by-name"}


def test_money_is_exact_to_the_cent_in_a_total_and_short_on_an_axis() -> None:
    _, stat, bars = _encoded((_stat("a"), _bars("b")))
    assert stat["fieldConfig"]["defaults"]["unit"] == "currency:financial:$"
    assert stat["fieldConfig"]["defaults"]["decimals"] == 2
    assert bars["fieldConfig"]["defaults"]["unit"] == "currencyUSD"


def test_bars_stack_and_begin_at_their_time() -> None:
    _, bars = _encoded((_bars("a"),))
    custom = bars["fieldConfig"]["defaults"]["custom"]
    assert (custom["drawStyle"], custom["barAlignment"]) == ("bars", 1)
    assert custom["stacking"]["mode"] == "normal"


def test_no_bar_of_a_range_within_the_retention_is_longer_than_a_day() -> None:
    _, bars = _encoded((_bars("a"),))
    # Below a week for each bar Grafana's steps end at one day, and all of them divide a day.
    assert 400 * DAY / bars["maxDataPoints"] < 7 * DAY


def test_each_query_names_its_store_and_how_it_is_evaluated() -> None:
    events = Query(expr="{}", kind=Kind.INSTANT, source=Source.LOKI)
    _, stat, bars = _encoded((_stat("a", events), _bars("b")))
    assert stat["targets"][0]["datasource"] == {"type": "loki", "uid": "claude-otel-loki"}
    assert stat["targets"][0]["queryType"] == "instant"
    assert bars["targets"][0]["datasource"]["uid"] == "claude-otel-prometheus"
    assert (bars["targets"][0]["instant"], bars["targets"][0]["range"]) == (False, True)


def test_queries_of_one_panel_are_told_apart() -> None:
    other = Query(expr="sum(b)", kind=Kind.INSTANT)
    _, stat = _encoded((_stat("a", other, other),))
    assert [target["refId"] for target in stat["targets"]] == ["A", "B"]
