"""Clients whose clocks are wrong."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from bench.load import Offering
from tests.faults.conftest import Enter
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack

HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS
BATCHES = 36
ARRIVED_SECONDS = 600
CLOCKS = {
    "an hour ahead": HOUR_SECONDS,
    "an hour behind": -HOUR_SECONDS,
    "a day ahead": DAY_SECONDS,
    "a day behind": -DAY_SECONDS,
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_client_with_a_wrong_clock_is_counted_once_and_now(
    stack: TestStack, clock: str, enter: Enter
) -> None:
    with traffic(stack, clients=3, clock_seconds=CLOCKS[clock]) as work:
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"a clock {clock} ({stack.runtime})", account)
    assert account.lost == account.twice == []
    assert _all_arrived_now(stack, work)


def _all_arrived_now(stack: TestStack, work: Offering) -> Sequence[str] | bool:
    """Whether Loki has every event at its arrival, and its own time beside it."""
    events = f'{{service_name="claude-code"}} | project="{work.load.project}"'
    now = time.time_ns()
    found = stack.loki.entries(events, now - ARRIVED_SECONDS * 10**9, now)
    return all("event_time_client" in each.attributes for each in found) and bool(found)
