"""Is the page of the catalogue what the catalogue says today?"""

from __future__ import annotations

from provisioner.catalogue_page import PAGE, catalogue_page
from provisioner.event_attributes import EVENTS
from provisioner.telemetry import AMOUNTS, COUNTERS, PLAN_LIMITS
from tests.conftest import ROOT


def test_the_committed_page_is_what_the_catalogue_says() -> None:
    committed = (ROOT / PAGE).read_text(encoding="utf-8")
    assert committed == catalogue_page(), "run `python -m provisioner.catalogue_page`"


def test_every_series_and_event_is_on_the_page() -> None:
    names = [
        *(amount.name for amount in AMOUNTS),
        *(counter.prometheus_name for counter in COUNTERS),
        *(limit.name for limit in PLAN_LIMITS),
        *EVENTS,
    ]
    page = catalogue_page()
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_row_of_a_table_has_the_cells_of_its_heading() -> None:
    widths = {
        line.count(" | ") + 2 for line in catalogue_page().splitlines() if line.startswith("| ")
    }
    assert widths == {4, 6}
