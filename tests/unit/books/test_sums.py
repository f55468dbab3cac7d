"""Are sums made by day and project?"""

from __future__ import annotations

import json

from provisioner.backends import Prometheus
from provisioner.books.sums import Cell, Sum, bounds_of, day_of, minus, of_response, read_ledger
from provisioner.reports.zones import find_zone
from tests.servers import Answer, Request, serving
from tests.unit.books.answers import NOON_MS, UTC_ZONE, response


def test_a_day_is_as_long_as_its_clocks_say() -> None:
    berlin = find_zone("Europe/Berlin", {})
    begin, end = bounds_of("2026-10-25", berlin)
    assert end - begin == 25 * 3_600_000
    assert (day_of(begin, berlin), day_of(end - 1, berlin)) == ("2026-10-25", "2026-10-25")
    assert day_of(begin - 1, berlin) == "2026-10-24"


def test_an_answer_counts_with_all_its_tokens() -> None:
    assert of_response(response(1)) == Sum(1, 7152, 0.013924)
    assert minus(Sum(3, 2, 1.0), Sum(1, 1, 0.5)) == Sum(2, 1, 0.5)


def test_the_ledger_is_asked_for_each_day_without_the_stroke_of_the_next_midnight() -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: Request) -> Answer:
        asked.append((request.query["query"], request.query["time"]))
        sample = {"metric": {"project": "acme/widgets"}, "value": [1, str(len(asked))]}
        data = {"status": "success", "data": {"result": [sample]}}
        return Answer(body=json.dumps(data).encode())

    begin, end = bounds_of(day_of(NOON_MS, UTC_ZONE), UTC_ZONE)
    with serving(answer) as server:
        found = read_ledger(Prometheus(url=server.url), {"2026-08-03": (begin, end)})
    assert found == {Cell("2026-08-03", "acme/widgets"): Sum(1, 2, 3.0)}
    assert {at for _, at in asked} == {repr((end - 1) / 1000)}
    assert all("[86400000ms]" in query for query, _ in asked)
