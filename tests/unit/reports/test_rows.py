"""Does every response fall into one row, and are the rows that matter shown?"""

from __future__ import annotations

import pytest

from provisioner.reports.amounts import CostName, total
from provisioner.reports.rows import (
    GROUPINGS,
    Grouping,
    Order,
    group,
    in_order,
    key_of,
    key_of_response,
)
from provisioner.reports.zones import find_zone
from tests.unit.reports.answers import PLAIN, UNPRICED, UTC_ZONE, at, by_chance, slices, sum_of

BERLIN = find_zone("Europe/Berlin", {})


@pytest.mark.parametrize(
    ("grouping", "key"),
    [
        ("daily", "2026-11-22"),
        ("weekly", "2026-W47"),
        ("monthly", "2026-11"),
        ("session", PLAIN.session),
        ("project", PLAIN.project),
        ("model", "claude-opus-4-7"),
    ],
)
def test_each_report_names_its_rows(grouping: Grouping, key: str) -> None:
    of = key_of(grouping, UTC_ZONE, "monday")
    assert [row.key for row in group(slices([PLAIN]), of)] == [key]
    assert key_of_response(PLAIN, of) == key


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_rows_hold_what_their_responses_add_up_to(grouping: Grouping) -> None:
    responses = by_chance(3)
    of = key_of(grouping, BERLIN, "monday")
    rows = group(slices(responses), of)
    for row in rows:
        behind = [each for each in responses if key_of_response(each, of) == row.key]
        assert row.amounts == sum_of(behind)
        assert row.amounts == total(row.models.values())
    assert total(row.amounts for row in rows) == sum_of(responses)


def test_a_row_knows_its_models_its_span_and_a_session_s_latest_project() -> None:
    moved = at("2026-11-22T12:00")._replace(project="/kim/gadgets", model="claude-haiku-4-5")
    (row,) = group(slices([moved, PLAIN]), key_of("session", UTC_ZONE, "monday"))
    assert list(row.models) == ["claude-haiku-4-5", "claude-opus-4-7"]
    assert row.project == "/kim/gadgets"
    assert row.last - row.first == 7  # quarters of an hour, from 10:15 to 12:00


def test_weeks_start_on_the_day_that_was_asked_for() -> None:
    sunday = slices([at("2026-11-22T12:00")])
    weeks = {
        start: group(sunday, key_of("weekly", UTC_ZONE, start))[0].key
        for start in ("monday", "sunday")
    }
    assert weeks == {"monday": "2026-W47", "sunday": "2026-W48"}


def _days(
    order: Order, limit: int | None, report: str = "daily", which: CostName = "tokens"
) -> list[str]:
    responses = [
        at("2026-11-20T12:00")._replace(cost=5, billed=1, output_tokens=9_000),
        at("2026-11-21T12:00")._replace(cost=7, billed=2),
        at("2026-11-22T12:00")._replace(cost=6, billed=3),
        at("2026-11-22T12:01")._replace(cost=0, billed=0),
    ]
    rows = group(slices(responses), key_of("daily", UTC_ZONE, "monday"))
    return [row.key[-2:] for row in in_order(rows, report, order, which, limit)]


@pytest.mark.parametrize(
    ("order", "days"),
    [
        ("asc", ["20", "21", "22"]),
        ("desc", ["22", "21", "20"]),
        ("cost", ["21", "22", "20"]),
        ("tokens", ["20", "22", "21"]),
        ("requests", ["22", "20", "21"]),
    ],
)
def test_rows_come_in_the_order_that_was_asked_for(order: Order, days: list[str]) -> None:
    assert _days(order, None) == days


def test_a_limit_keeps_the_newest_or_the_largest() -> None:
    assert _days("asc", 2) == ["21", "22"]
    assert _days("desc", 2) == ["22", "21"]
    assert _days("cost", 1) == ["21"]
    assert _days("cost", 1, which="billed") == ["22"]


@pytest.mark.parametrize("report", ["project", "model"])
def test_what_has_no_order_in_time_is_ordered_by_cost(report: str) -> None:
    assert _days("asc", None, report) == ["20", "22", "21"]
    assert _days("desc", None, report) == ["21", "22", "20"]


def test_what_has_no_price_comes_last() -> None:
    unknown = PLAIN._replace(model=UNPRICED, cost=None, billed=None)
    rows = group(slices([unknown, PLAIN]), key_of("model", UTC_ZONE, "monday"))
    assert [row.key for row in in_order(rows, "model", "desc", "tokens", None)] == [
        "claude-opus-4-7",
        UNPRICED,
    ]
