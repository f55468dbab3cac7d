"""How many events a second go through the door to both stores?

Developers' work is written into requests before the clock starts, a client's largest batches,
and offered as fast as the door takes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.load.arrival import Arrival, arrival
from bench.load.batches import BUILD_SECONDS, Batch, Interval, counters_of, events_of
from bench.load.deliver import Delivered, deliver, in_lanes
from bench.load.engines import watching
from bench.load.figures import is_enough, listed, milliseconds
from bench.load.people import portions_of
from bench.load.result import engines_table, queued_megabytes, verdict
from bench.stack import own_stack
from provisioner.runtime.model import Report

BAR = 10_000
IN_A_BATCH = 512
"""The most that the client sends at once."""

LANES = 16
NOMINAL = 10_000
"""Events a second, over which the events' own times are spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained:
    """How much is offered, by how many developers, for how long at most."""

    events: int = 300_000
    developers: int = 100
    seconds: float = 60.0
    batch: int = IN_A_BATCH


def sustained(wanted: Sustained, console: Console, report: Report) -> list[str]:
    """Measure it; gives sentences about what went wrong."""
    with own_stack(report) as stack:
        batches = list(built(wanted, report))
        size = sum(len(each.body) for each in batches if each.signal == "events")
        with watching(stack) as watch:
            delivered = deliver(
                in_lanes(batches, LANES),
                wanted.developers,
                stack.door,
                most_seconds=wanted.seconds,
                report=report,
            )
            arrived = arrival(stack, delivered, watch, report)
        queued = queued_megabytes(stack, watch)
    offered = sum(each.records for each in batches if each.signal == "events")
    console.print(_door(wanted, delivered, offered, size / offered))
    console.print(_through(delivered, arrived, queued))
    console.print(engines_table(watch, delivered.events, delivered.began_at, arrived.at))
    return verdict("sustained", delivered, arrived)


def built(wanted: Sustained, report: Report) -> Iterator[Batch]:
    """The batches, clients in turn, their times in the order in which they will be offered."""
    count = max(wanted.events // wanted.batch, 1)
    told = [portions_of(number, wanted.batch) for number in range(wanted.developers)]
    length = wanted.batch / NOMINAL
    start = time.time() + wanted.events * BUILD_SECONDS
    for number in range(count):
        client = number % wanted.developers
        interval = Interval(client=client, due=0.0, begins=start + number * length, seconds=length)
        records = next(told[client])
        yield from events_of(records, interval)
        yield from counters_of(records, interval)
        report(f"{number + 1:,} of {count:,} batches written")


def _door(wanted: Sustained, delivered: Delivered, offered: int, size: float) -> Table:
    seconds = delivered.ended_at - delivered.began_at
    p50, p99 = milliseconds(delivered.seconds())
    lines = [
        ("events written, and bytes of each on the wire", f"{offered:,} of {size:,.0f}"),
        ("by developers, in batches of", f"{wanted.developers}, {wanted.batch}"),
        ("events acknowledged", f"{delivered.events:,}"),
        ("data points of counters acknowledged beside them", f"{delivered.points:,}"),
        ("requests refused, and offered again", f"{delivered.refusals:,}"),
        ("seconds of offering", f"{seconds:.1f}"),
        ("events/s acknowledged at the door", f"{delivered.events / seconds:,.0f}"),
        (f"acknowledgement of a batch, ms, with {LANES} under way: p50, p99", f"{p50}, {p99}"),
    ]
    return listed("sustained: at the door", lines)


def _through(delivered: Delivered, arrived: Arrival, queued: str) -> Table:
    began, events = delivered.began_at, delivered.events
    rates = {
        "Prometheus": events / (arrived.in_prometheus_at - began),
        "Loki": events / (arrived.in_loki_at - began),
        "both": events / (arrived.at - began),
    }
    lines = [(f"events/s through to {name}", f"{rate:,.0f}") for name, rate in rates.items()]
    bar = f"{is_enough(rates['both'], BAR)}: {BAR:,}"
    lines += [
        ("the bar for both, on two cores with the generator on them", bar),
        ("events lost, events twice", arrived.lost_and_twice),
        ("most that waited in a queue, MB (looked at every 10 s)", queued),
    ]
    return listed("sustained: through", lines)
