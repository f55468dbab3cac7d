"""Engines are stopped, started and given other settings in the middle of an export storm."""

from __future__ import annotations

from tests.faults.conftest import Enter
from tests.faults.engines import away, runtime_of
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack

CLIENTS = 12
INTERVAL_SECONDS = 0.1
BATCHES = 48
ENGINES = 3 * ("collector", "prometheus", "loki")


def test_restarts_in_an_export_storm_lose_and_repeat_nothing(
    stack: TestStack, enter: Enter
) -> None:
    with traffic(stack, clients=CLIENTS, interval_seconds=INTERVAL_SECONDS) as work:
        for engine in ENGINES:
            runtime_of(stack).restart(engine)
            wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"restarts in an export storm ({stack.runtime})", account)
    assert account.lost == account.twice == []


def test_a_collector_that_is_stopped_while_both_stores_are_away_keeps_its_queues(
    stack: TestStack, enter: Enter
) -> None:
    with traffic(stack) as work:
        with away(stack, "prometheus", "loki"):
            wait_for_more(work, BATCHES)
            runtime_of(stack).restart("collector")
            wait_for_more(work, BATCHES)
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"collector restarted while both stores are away ({stack.runtime})", account)
    assert account.lost == account.twice == []


def test_changed_settings_in_traffic_lose_and_repeat_nothing(
    stack: TestStack, enter: Enter
) -> None:
    """Prometheus reads its settings anew, the collector is restarted with others; then back."""
    changes = {"PROMETHEUS_OUT_OF_ORDER_DAYS": "401", "STACK_KEEP_CONTENT": "true"}
    with traffic(stack) as work:
        for env in (changes, {}):
            stack.succeed("up", env=env)
            wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"settings changed in traffic ({stack.runtime})", account)
    assert account.lost == account.twice == []
