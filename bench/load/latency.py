"""How fast does the door acknowledge, at a rate that is far from its most?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.load.arrival import Arrival, arrival
from bench.load.batches import BUILD_SECONDS, PROTOCOLS
from bench.load.deliver import Delivered, deliver
from bench.load.engines import watching
from bench.load.figures import MILLI, is_within, listed, milliseconds, percentile
from bench.load.result import engines_table, verdict
from bench.load.steady import IN_A_BATCH, LANES, Steady
from bench.stack import own_stack
from provisioner.runtime.model import Report

BAR_MS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """At how many events a second, and for how long."""

    rate: float = 500.0
    seconds: float = 60.0


def latency(wanted: Latency, console: Console, report: Report) -> list[str]:
    """Measure it; gives sentences about what went wrong."""
    steady = Steady(rate=wanted.rate, seconds=wanted.seconds)
    with own_stack(report) as stack:
        report(f"writing the requests of {steady.clients:,} clients")
        begins = time.time() + steady.events * BUILD_SECONDS
        batches = [list(lane) for lane in steady.lanes(begins)]
        with watching(stack) as watch:
            delivered = deliver(
                batches,
                steady.clients,
                stack.door,
                most_seconds=wanted.seconds * 2,
                report=report,
            )
            watch.look()
            arrived = arrival(stack, delivered, watch, report)
    console.print(_table(wanted, steady, delivered, arrived))
    began, ended = delivered.began_at, delivered.ended_at
    console.print(engines_table(watch, delivered.events, began, ended))
    return verdict("latency", delivered, arrived)


def _table(wanted: Latency, steady: Steady, delivered: Delivered, arrived: Arrival) -> Table:
    seconds = delivered.ended_at - delivered.began_at
    late = [each.late_seconds for each in delivered.answers]
    clients = f"{steady.clients:,} clients, {IN_A_BATCH} events in each request"
    worst = max(percentile(delivered.seconds(each), 99) for each in PROTOCOLS) * MILLI
    lines = [
        ("offered", f"{wanted.rate:,.0f} events/s for {wanted.seconds:.0f} s, {clients}"),
        (
            "events acknowledged, by second",
            f"{delivered.events:,}, {delivered.events / seconds:,.0f}",
        ),
    ]
    for protocol in PROTOCOLS:
        p50, p99 = milliseconds(delivered.seconds(protocol))
        lines.append((f"acknowledgement over {protocol}, ms: p50, p99", f"{p50}, {p99}"))
    lines += [
        (f"the bar for p99: {BAR_MS:.0f} ms", is_within(worst, BAR_MS)),
        ("requests refused, and offered again", f"{delivered.refusals:,}"),
        (f"late by the generator with {LANES} lanes, ms: p50, p99", ", ".join(milliseconds(late))),
        ("events lost, events twice", arrived.lost_and_twice),
    ]
    return listed("latency", lines)
