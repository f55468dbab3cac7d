"""Is what the comparison with the copied configuration offers what the client would tell?"""

from __future__ import annotations

from bench.plain.clients import TOKENS, invented_work
from bench.plain.counters import Counters, Point, Temporality
from bench.plain.past import scraped
from provisioner.records import Event, Value

LINES = "claude_code.lines_of_code.count"
KIND = {"type": "added"}


def _times(points: tuple[Point, ...]) -> list[tuple[int, int, float]]:
    return [(point.start_ms, point.end_ms, point.value) for point in points]


def test_a_delta_begins_where_the_last_one_ended_unless_an_interval_was_quiet() -> None:
    counters = Counters()
    grown = {1_000: (500, 2.0), 2_000: (1_400, 1.0), 4_000: (3_300, 5.0)}
    told = []
    for at_ms in (1_000, 2_000, 3_000, 4_000):
        if at_ms in grown:
            since_ms, value = grown[at_ms]
            counters.add(LINES, value, KIND, since_ms)
        told += _times(counters.collect(at_ms)["delta"])
    assert told == [(500, 1_000, 2.0), (1_000, 2_000, 1.0), (3_300, 4_000, 5.0)]


def test_a_cumulative_counter_is_told_at_every_export_since_it_began() -> None:
    counters = Counters()
    counters.add(LINES, 2.0, KIND, 1_500)
    told = [_times(counters.collect(at_ms)["cumulative"]) for at_ms in (2_000, 3_000)]
    assert told == [[(1_500, 2_000, 2.0)], [(1_500, 3_000, 2.0)]]


def test_all_that_was_really_done_is_exported_once_under_either_temporality() -> None:
    work = invented_work(3, 60, "test")
    deltas = [point for export in work.exports for point in export.points.get("delta", ())]
    newest = {
        (point.name, frozenset(point.attributes.items())): point.value
        for export in work.exports
        for point in export.points.get("cumulative", ())
    }
    tokens = "claude_code.token.usage"
    counted: dict[Temporality, float] = {
        "delta": sum(point.value for point in deltas if point.name == tokens),
        "cumulative": sum(value for (name, _), value in newest.items() if name == tokens),
    }
    assert counted == {"delta": work.truth.tokens, "cumulative": work.truth.tokens}
    costs = [
        float(event.attributes["cost_usd"])
        for export in work.exports
        for event in export.events
        if event.name == "api_request"
    ]
    assert round(sum(costs), 6) == work.truth.cost_usd


def test_a_counter_is_scraped_until_the_exporter_forgets_it() -> None:
    said: dict[str, Value] = {"session.id": "s", "model": "m", "cost_usd": 0.5}
    said |= dict.fromkeys(TOKENS.values(), 1)
    requests = [
        Event(name="api_request", attributes=said, at_ns=at_ms * 1_000_000)
        for at_ms in (10_000, 40_000)
    ]
    found = {series.name: samples for series, samples in scraped(requests).items()}
    cost = found["claude_code_cost_usage_USD_total"]
    assert list(cost) == list(range(15_000, 340_000, 15_000))
    assert [cost[at_ms] for at_ms in (15_000, 30_000, 45_000, 330_000)] == [0.5, 0.5, 1.0, 1.0]
