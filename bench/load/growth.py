"""How does what the stack takes grow with the developers who use it?

Everybody works for the same time, in which they tell what they would tell in that time, in as many
sessions, and so in as many series and streams. Only the clock runs faster: what a client tells in
five minutes, it exports in five seconds. So its requests are as many as those of a client that is
busy all the time, larger than they would be, and a series has fewer samples than it would have.
What history takes in Prometheus is measured by the section `blocks`, with the true times.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.disk import allocated_bytes
from bench.load.arrival import Arrival, arrival
from bench.load.batches import Batch
from bench.load.deliver import Delivered, deliver
from bench.load.engines import GENERATOR, Watch, watching
from bench.load.figures import is_within, milliseconds, table
from bench.load.people import HOUR_SECONDS, hours_of
from bench.load.result import seen_at, verdict
from bench.load.schedule import EXPORT_SECONDS, Schedule, by_lane
from bench.stack import own_stack
from provisioner.runtime.model import Report
from tests.stack.stacks import TestStack

BAR_BYTES = 400.0
LANES = 64
EVENTS_AN_HOUR = 190
BUILD_SECONDS = 250e-6
"""For each event, at most: events bear the times at which they will be offered, about."""

HEAD_PARTS = ("wal", "wbl", "chunks_head")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Which numbers of developers, for how many hours of work, how much faster than they work."""

    developers: Sequence[int] = (1, 10, 100, 1000)
    hours: float = 1.0
    speed: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one number of developers did to a stack of its own."""

    developers: int
    delivered: Delivered
    arrived: Arrival
    watch: Watch
    series: Mapping[str, float]
    loki_bytes: int
    head_bytes: int

    @property
    def api_requests(self) -> float:
        truth = self.delivered.truth
        return sum(count for key, count in truth.items() if key[::2] == ("events", "api_request"))


def growth(wanted: Growth, console: Console, report: Report) -> list[str]:
    """Measure each step; gives sentences about what went wrong."""
    steps = [_step(wanted, developers, report) for developers in wanted.developers]
    console.print(_door(wanted, steps))
    console.print(_engines(steps))
    console.print(_stores(steps))
    return [
        sentence
        for each in steps
        for sentence in verdict(f"growth, {each.developers:,}", each.delivered, each.arrived)
    ]


def _step(wanted: Growth, developers: int, report: Report) -> Step:
    with own_stack(report) as stack:
        lanes = _written(wanted, developers, report)
        most = 5 * wanted.hours * HOUR_SECONDS / wanted.speed + 60
        before = _series(stack)
        with watching(stack) as watch:
            delivered = deliver(lanes, developers, stack.door, most_seconds=most, report=report)
            arrived = arrival(stack, delivered, report)
            watch.look()
        series = {name: count - before[name] for name, count in _series(stack).items()}
        head_bytes, loki_bytes = _on_disk(stack, report)
    return Step(
        developers=developers,
        delivered=delivered,
        arrived=arrived,
        watch=watch,
        series=series,
        loki_bytes=loki_bytes,
        head_bytes=head_bytes,
    )


def _written(wanted: Growth, developers: int, report: Report) -> list[list[Batch]]:
    """All requests, by lane."""
    report(f"writing what {developers:,} developers tell in {wanted.hours:g} hours")
    expected = developers * wanted.hours * EVENTS_AN_HOUR
    schedule = Schedule(clients=developers, begins=time.time() + expected * BUILD_SECONDS)
    seconds, step = wanted.hours * HOUR_SECONDS, EXPORT_SECONDS * wanted.speed
    told = (hours_of(each, seconds, step) for each in range(developers))
    clients = [schedule.exports(number, each) for number, each in enumerate(told)]
    return [list(lane) for lane in by_lane(clients, LANES)]


def _on_disk(stack: TestStack, report: Report) -> tuple[int, int]:
    """What Prometheus has in its logs and its head, and what Loki has put away."""
    data = stack.home / "data"
    head = allocated_bytes(data / "prometheus" / each for each in HEAD_PARTS)
    report("restarting Loki, so that it puts away what it has")
    stack.succeed("restart", "loki")
    kept = [each for each in (data / "loki").iterdir() if each.name != "wal"]
    return head, allocated_bytes(kept)


def _series(stack: TestStack) -> Mapping[str, float]:
    """Series of amounts, of the client's own counters, and of everything, stack included."""
    ask = stack.prometheus.total
    return {
        "amounts": ask('count(last_over_time({__name__=~"ledger_.+"}[1h]))'),
        "counters": ask('count(last_over_time({__name__=~"claude_code_.+"}[1h]))'),
        "all": ask('prometheus_tsdb_head_series{job="prometheus"}'),
    }


def _door(wanted: Growth, steps: Sequence[Step]) -> Table:
    found = table(
        f"growth: {wanted.hours:g} h of work in {wanted.hours * 60 / wanted.speed:g} min",
        "developers",
        "events",
        "sessions",
        "events/s",
        "requests/s",
        "events a request",
        "ack p50, ms",
        "ack p99, ms",
        "lost, twice",
    )
    for step in steps:
        told = step.delivered
        seconds = told.ended_at - told.began_at
        requests = len(told.seconds())
        found.add_row(
            f"{step.developers:,}",
            f"{told.events:,}",
            f"{sum(key[0] == 'cost' for key in told.truth):,}",
            f"{told.events / seconds:,.0f}",
            f"{len(told.answers) / seconds:,.0f}",
            f"{told.events / max(requests, 1):.1f}",
            *milliseconds(told.seconds()),
            step.arrived.lost_and_twice,
        )
    return found


def _engines(steps: Sequence[Step]) -> Table:
    """In each cell: seconds of a core for 1,000 events, share of a core, and the most memory."""
    names = [each for each in steps[0].watch.names if each != GENERATOR]
    found = table(
        "growth: CPU-s per 1,000 events | share of a core | peak memory, MB (PSS)",
        "developers",
        *names,
    )
    for step in steps:
        found.add_row(f"{step.developers:,}", *(_took(step, name) for name in names))
    return found


def _took(step: Step, name: str) -> str:
    first = seen_at(step.watch, step.delivered.began_at)
    last = seen_at(step.watch, step.arrived.at)
    cpu = last.cpu[name] - first.cpu[name]
    share = cpu / (last.at - first.at)
    per_thousand = 1000 * cpu / max(step.delivered.events, 1)
    return f"{per_thousand:.2f}, {share:.0%}, {step.watch.peak_megabytes(name):.0f}"


def _stores(steps: Sequence[Step]) -> Table:
    found = table(
        "growth: in the stores",
        "developers",
        "series of amounts",
        "of counters",
        "head series",
        "Loki: bytes/event",
        f"the bar: {BAR_BYTES:.0f}",
        "Prometheus' logs and head: bytes/request",
    )
    for step in steps:
        loki = step.loki_bytes / max(step.delivered.events, 1)
        head = step.head_bytes / max(step.api_requests, 1)
        series = (f"{step.series[name]:,.0f}" for name in ("amounts", "counters", "all"))
        bar = is_within(loki, BAR_BYTES)
        found.add_row(f"{step.developers:,}", *series, f"{loki:,.0f}", bar, f"{head:,.0f}")
    return found
