"""Does the stack stay as it is when it works on and on? Its memory, its queues, and its books."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from rich.console import Console
from rich.table import Table

from bench.load.arrival import arrival
from bench.load.batches import Batch
from bench.load.deliver import Delivered, deliver
from bench.load.engines import GENERATOR, MEGABYTE, Seen, Watch, watching
from bench.load.figures import MILLI, percentile, table
from bench.load.result import engines_table, queued_megabytes, verdict
from bench.load.steady import Steady
from bench.stack import own_stack
from provisioner.runtime.model import Report

MINUTE_SECONDS = 60.0
WARM_UP = 1 / 6
"""So much of the time does not count: caches fill, and heaps grow to their size."""

THIRDS = 3
FLAT = 1.10
"""Up to this much of the first third's memory the last third's is called flat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """At how many events a second, and for how many minutes."""

    rate: float = 500.0
    minutes: float = 30.0


def soak(wanted: Soak, console: Console, report: Report) -> list[str]:
    """Let it work; gives sentences about what went wrong."""
    seconds = wanted.minutes * MINUTE_SECONDS
    steady = Steady(rate=wanted.rate, seconds=seconds)
    with own_stack(report) as stack, watching(stack) as watch:
        # Written while it works: so many requests would fill the memory of a small machine.
        lanes = [_begun(each) for each in steady.lanes(time.time())]
        delivered = deliver(
            lanes, steady.clients, stack.door, most_seconds=seconds * 1.5, report=report
        )
        watch.look()
        arrived = arrival(stack, delivered, watch, report)
        left = queued_megabytes(stack, watch)
    console.print(by_minute(watch, delivered))
    console.print(flatness(watch, delivered))
    console.print(f"most that waited in a queue, MB: {left}")
    console.print(f"all was in both stores {arrived.at - delivered.ended_at:.1f} s after the end")
    console.print(f"events lost, events twice: {arrived.lost_and_twice}")
    began, ended = delivered.began_at, delivered.ended_at
    console.print(engines_table(watch, delivered.events, began, ended))
    return verdict("soak", delivered, arrived)


def _begun(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, with what each client tells first written already: stories begin long before."""
    return itertools.chain([next(batches)], batches)


def by_minute(watch: Watch, delivered: Delivered) -> Table:
    """A line for each minute: memory of each process, and how the door answered."""
    found = table("soak", "minute", *(f"{name}, MB" for name in watch.names), "events", "p99, ms")
    begin = delivered.began_at
    # The last answers may come a moment after the last minute.
    minutes = max(round((delivered.ended_at - begin) / MINUTE_SECONDS), 1)
    for minute in range(minutes):
        start = begin + minute * MINUTE_SECONDS
        end = start + MINUTE_SECONDS if minute + 1 < minutes else math.inf
        seen = [each for each in watch.seen if start <= each.at < end]
        answered = [each for each in delivered.answers if start <= each.answered_at < end]
        events = sum(each.records for each in answered if each.signal == "events")
        p99 = percentile([each.seconds for each in answered], 99) * MILLI
        cells = (f"{_megabytes(seen, name):.0f}" for name in watch.names)
        found.add_row(str(minute + 1), *cells, f"{events:,}", f"{p99:.0f}")
    return found


def flatness(watch: Watch, delivered: Delivered) -> Table:
    """The first third's memory after the warm-up, and the last one's."""
    length = delivered.ended_at - delivered.began_at
    warm = delivered.began_at + length * WARM_UP
    third = (delivered.ended_at - warm) / THIRDS
    first = [each for each in watch.seen if warm <= each.at < warm + third]
    last = [
        each for each in watch.seen if delivered.ended_at - third <= each.at <= delivered.ended_at
    ]
    found = table(
        f"memory after {length * WARM_UP:.0f} s of warm-up, MB (PSS)",
        "process",
        "first third",
        "last third",
        "change",
        f"flat: up to {FLAT:.0%}",
    )
    for name in (each for each in watch.names if each != GENERATOR):
        before, after = _megabytes(first, name), _megabytes(last, name)
        is_flat = "yes" if after <= before * FLAT else "no"
        found.add_row(name, f"{before:.0f}", f"{after:.0f}", f"{after / before - 1:+.1%}", is_flat)
    return found


def _megabytes(seen: Sequence[Seen], name: str) -> float:
    return mean(each.pss[name] for each in seen) / MEGABYTE if seen else 0.0
