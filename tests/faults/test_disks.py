"""A disk is full, under one engine at a time.

What the collector and Prometheus do then is their own (docs/reliability.md): what is held here is
what was tried to be so, and what they lose is counted in the table.
"""

from __future__ import annotations

import time
from pathlib import Path

from bench.load import Offered
from tests.faults.account import Account
from tests.faults.conftest import Enter
from tests.faults.disks import Disk
from tests.faults.engines import wait_until
from tests.faults.stacks import stack_with_small_disk
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack

MEGABYTES = 64
PADDING_BYTES = 20_000
BATCHES = 36
FULL_SECONDS = 30.0
"""Long enough for Loki, which looks at its disk every ten seconds."""

AROUND_SECONDS = 5.0
"""What was on its way when the disk filled, or has been freed, may have met the full disk."""

Full = tuple[float, float]


def test_a_full_disk_under_loki_loses_nothing(tmp_path: Path, enter: Enter) -> None:
    with stack_with_small_disk(tmp_path, "loki", MEGABYTES) as (stack, disk):
        account, _ = _fill_in_traffic(stack, disk)
        enter("disk full under Loki (native)", account)
        assert account.lost == account.twice == []
        assert _counted(stack, "loki_ingester_wal_disk_full_failures_total")


def test_a_full_disk_under_the_queues_refuses_clients_and_goes_on_when_there_is_space(
    tmp_path: Path, enter: Enter
) -> None:
    with stack_with_small_disk(tmp_path, "collector", MEGABYTES) as (stack, disk):
        account, full = _fill_in_traffic(stack, disk)
        enter("disk full under the queues (native)", account)
        assert len(account.acknowledged) < len(account.offered)
        assert _outside(full, account.lost + account.twice) == []
        assert _counted(stack, "otelcol_exporter_enqueue_failed_log_records_total")


def test_a_full_disk_under_prometheus_is_told_and_goes_on_when_there_is_space(
    tmp_path: Path, enter: Enter
) -> None:
    with stack_with_small_disk(tmp_path, "prometheus", MEGABYTES) as (stack, disk):
        account, full = _fill_in_traffic(stack, disk)
        enter("disk full under Prometheus (native)", account)
        assert account.twice == _outside(full, account.lost) == []
        assert all(max(account.found[each].in_loki, default=1) == 1 for each in account.lost)
        assert _counted(stack, "prometheus_tsdb_wal_writes_failed_total")


def _fill_in_traffic(stack: TestStack, disk: Disk) -> tuple[Account, Full]:
    with traffic(stack, clients=8, interval_seconds=0.2, padding_bytes=PADDING_BYTES) as work:
        wait_for_more(work, BATCHES)
        began = time.time()
        disk.fill()
        # There is no condition to wait for: the disk just stays full.
        time.sleep(FULL_SECONDS)
        disk.free()
        full = (began, time.time())
        wait_for_more(work, BATCHES)
        # Some of what is offered has met no full disk at all.
        time.sleep(2 * AROUND_SECONDS)
    return settled(stack, work), full


def _outside(full: Full, offered: list[Offered]) -> list[Offered]:
    """What was offered clearly before or after the time of the full disk."""
    began, ended = full[0] - AROUND_SECONDS, full[1] + AROUND_SECONDS
    return [each for each in offered if not began <= each.at <= ended]


def _counted(stack: TestStack, counter: str) -> bool:
    """Whether an engine has counted what happened, as Prometheus knows since there is space."""
    wait_until(lambda: stack.prometheus.total(f"sum({counter})") > 0)
    return True
