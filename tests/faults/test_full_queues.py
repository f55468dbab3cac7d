"""The collector's queues reach their limits while both stores are away."""

from __future__ import annotations

from pathlib import Path

from bench.load import Offering
from tests.faults.conftest import Enter
from tests.faults.engines import away, wait_until
from tests.faults.stacks import own_stack
from tests.faults.traffic import settled, taken, traffic, wait_for_more

SMALLEST_MB = "64"
PADDING_BYTES = 60_000
BATCHES = 24
FULL_SECONDS = 240.0


def test_a_full_queue_refuses_clients_and_loses_nothing_of_what_it_took(
    tmp_path: Path, enter: Enter
) -> None:
    with own_stack(tmp_path, SPOOL_MB=SMALLEST_MB, QUEUE_MB=SMALLEST_MB) as stack:
        with traffic(stack, clients=8, interval_seconds=0.1, padding_bytes=PADDING_BYTES) as work:
            with away(stack, "prometheus", "loki"):
                wait_until(lambda: _is_refused(work), FULL_SECONDS)
            wait_for_more(work, BATCHES)
        account = settled(stack, work)
        enter("queues full (native)", account)
        assert 0 < taken(work) < len(work.offered)
        assert account.lost == account.twice == []


def _is_refused(work: Offering) -> bool:
    """Whether what was last offered of the events was refused, time after time."""
    events = [each for each in work.offered if each.signal == "events"]
    last = events[-BATCHES:]
    return len(last) == BATCHES and not any(each.is_acknowledged for each in last)
