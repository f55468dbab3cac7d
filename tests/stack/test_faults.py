"""The three most telling of the faults that `make faults` tries, each for a few seconds."""

from __future__ import annotations

import time

from tests.faults.engines import away, kill, kill_everything
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack, on_native

AWAY_SECONDS = 3.0
BATCHES = 12


@on_native
def test_engines_killed_in_traffic_lose_nothing(stack: TestStack) -> None:
    with traffic(stack) as work:
        crashes = [kill(stack, "collector")]
        wait_for_more(work, BATCHES)
        kill(stack, "prometheus", "loki")
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    assert account.lost == account.unexplained(crashes) == []


@on_native
def test_what_arrives_while_both_stores_are_away_is_in_the_books_once(stack: TestStack) -> None:
    with traffic(stack) as work:
        with away(stack, "prometheus", "loki"):
            # There is no condition to wait for: traffic just goes on meanwhile.
            time.sleep(AWAY_SECONDS)
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    assert len(account.acknowledged) == len(account.offered)
    assert account.lost == account.twice == []


@on_native
def test_a_machine_that_stops_at_once_loses_nothing(stack: TestStack) -> None:
    with traffic(stack) as work:
        crashes = [kill_everything(stack)]
        stack.succeed("up")
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    assert account.lost == account.unexplained(crashes) == []
