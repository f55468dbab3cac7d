"""Does a board say what it holds, in the order in which it is read?"""

from __future__ import annotations

from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Bars, Kind, Query, Stat, Unit

NOW = Query(expr="sum(a)", kind=Kind.INSTANT)
OVER_TIME = Query(expr="sum by (model) (a)", kind=Kind.RANGE, legend="{{model}}")


def test_a_board_lists_its_queries_with_their_panels_in_reading_order() -> None:
    bars = Bars(title="Over time", why="to see when", unit=Unit.USD, queries=(OVER_TIME,))
    stat = Stat(title="Cost", why="to know it", unit=Unit.USD, queries=(NOW,))
    board = Dashboard(
        name="cost",
        title="Cost",
        question="What did it cost?",
        rows=(Row(title="One", panels=(stat,)), Row(title="Two", panels=(bars,))),
    )
    assert list(board.queries()) == [("Cost", NOW), ("Over time", OVER_TIME)]
    assert board.uid == "claude-otel-cost"
