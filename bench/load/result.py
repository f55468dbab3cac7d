"""What do sections say alike? What the engines took, what was queued, and whether it all holds."""

from __future__ import annotations

import time

from rich.table import Table

from bench.load.arrival import Arrival
from bench.load.deliver import Delivered
from bench.load.engines import MEGABYTE, Seen, Watch
from bench.load.figures import table
from tests.stack.stacks import TestStack


def engines_table(watch: Watch, events: int, began: float, ended: float) -> Table:
    """What each process took between two moments."""
    found = table(
        "what the processes took",
        "process",
        "CPU-s per 1,000 events",
        "share of a core, %",
        "peak memory, MB (PSS)",
    )
    first, last = seen_at(watch, began), seen_at(watch, ended)
    for name in watch.names:
        cpu = last.cpu[name] - first.cpu[name]
        share = 100 * cpu / (last.at - first.at)
        peak = watch.peak_megabytes(name)
        per_thousand = 1000 * cpu / events if events else 0.0
        found.add_row(name, f"{per_thousand:.3f}", f"{share:.0f}", f"{peak:.0f}")
    return found


def seen_at(watch: Watch, at: float) -> Seen:
    """The look that was nearest to a moment."""
    return min(watch.seen, key=lambda each: abs(each.at - at))


def queued_megabytes(stack: TestStack, watch: Watch) -> str:
    """The most that was in each queue, as the collector told every ten seconds."""
    seconds = time.monotonic() - watch.seen[0].at + 10
    found = stack.prometheus.query(f"max_over_time(stack:queue_bytes[{seconds:.0f}s])")
    by_queue = sorted((each.labels["queue"], each.value / MEGABYTE) for each in found)
    return ", ".join(f"{queue} {most:.0f}" for queue, most in by_queue) or "unknown"


def verdict(section: str, delivered: Delivered, arrived: Arrival) -> list[str]:
    """Sentences about what must not be."""
    said = [f"{section}: {each}" for each in arrived.accounts if not each.is_exact]
    if delivered.failures:
        count, first = len(delivered.failures), delivered.failures[0]
        said.append(f"{section}: {count} batches without an answer to trust, the first: {first}")
    if not delivered.events:
        said.append(f"{section}: nothing was acknowledged")
    return said
