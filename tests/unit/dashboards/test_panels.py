"""Can a panel be written that breaks its own rules?"""

from __future__ import annotations

import pytest

from provisioner.dashboards.panels import Bars, Kind, Query, Stat, Unit

NOW = Query(expr="sum(a)", kind=Kind.INSTANT)
OVER_TIME = Query(expr="sum by (model) (a)", kind=Kind.RANGE, legend="{{model}}")


def _stat(title: str = "Cost", why: str = "to know it", *queries: Query) -> Stat:
    return Stat(title=title, why=why, unit=Unit.USD, queries=queries or (NOW,))


@pytest.mark.parametrize(("title", "why"), [("Cost", " "), ("", "to know it")])
def test_a_panel_without_title_or_reason_is_refused(title: str, why: str) -> None:
    with pytest.raises(ValueError, match="needs a title and a reason"):
        _stat(title, why)


def test_a_stat_refuses_a_query_over_time() -> None:
    with pytest.raises(ValueError, match="panel 'Cost': Stat needs instant queries"):
        _stat("Cost", "to know it", NOW, OVER_TIME)


def test_bars_refuse_a_query_for_one_moment() -> None:
    with pytest.raises(ValueError, match="panel 'Cost': Bars needs range queries"):
        Bars(title="Cost", why="to see when", unit=Unit.USD, queries=(NOW,))


def test_a_panel_without_queries_is_refused() -> None:
    with pytest.raises(ValueError, match="needs range queries"):
        Bars(title="Cost", why="to see when", unit=Unit.USD, queries=())
