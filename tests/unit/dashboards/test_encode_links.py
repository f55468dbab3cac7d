"""Does a click lead to what was clicked, over the time that it is about?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.dashboards.encode_links import encode_board, encode_link
from provisioner.dashboards.panels import Link, Reach

SESSION_URL = "/d/claude-otel-session?var-session=${__value.raw:percentencode}&"
FILTERS_URL = (
    "&${user:queryparam}&${team:queryparam}&${project:queryparam}&${model:queryparam}"
    "&${origin:queryparam}"
)
RANGE_URL = SESSION_URL + "${__url_time_range}"
ROW_URL = SESSION_URL + "from=${__data.fields.From.numeric}&to=${__data.fields.Until.numeric}"
LAST_DAY_URL = SESSION_URL + "time=${__to}&time.window=172800000"
LINK = Link(board="session", text="session", title="It")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (LINK, RANGE_URL),
        (replace(LINK, keeps_filters=True), RANGE_URL + FILTERS_URL),
        (replace(LINK, reach=Reach.ROW), ROW_URL),
        (replace(LINK, reach=Reach.LAST_DAY), LAST_DAY_URL),
    ],
    ids=["the range", "filters", "the row's own time", "the last day"],
)
def test_a_link_opens_its_board_with_what_was_clicked_and_its_time(link: Link, url: str) -> None:
    assert encode_link(link) == {"title": "It", "url": url}


def test_a_tile_leads_to_its_board_over_the_same_time() -> None:
    url = "/d/claude-otel-health?${__url_time_range}"
    assert encode_board("health") == {"title": "Look closer", "url": url}
