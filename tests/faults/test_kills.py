"""kill -9 in the middle of traffic."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults.conftest import Enter
from tests.faults.engines import kill, kill_everything
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack

TIMES = 10
BATCHES = 24
"""Acknowledged between two kills: four of each client's."""

FLUSH_SECONDS = 1.0
"""The spool hands on once a second; kills come at any moment between."""

ENGINES = ("collector", "prometheus", "loki")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_killed_ten_times_loses_nothing(
    stack: TestStack, engine: str, enter: Enter
) -> None:
    crashes = []
    with traffic(stack) as work:
        for _ in range(TIMES):
            time.sleep(random.random() * FLUSH_SECONDS)  # noqa: S311 - any moment, no secret
            crashes.append(kill(stack, engine))
            wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"kill -9 of {engine}, {TIMES} times ({stack.runtime})", account)
    assert account.lost == []
    assert account.unexplained(crashes if engine == "collector" else []) == []


def test_a_machine_that_stops_at_once_loses_nothing(stack: TestStack, enter: Enter) -> None:
    crashes = []
    with traffic(stack) as work:
        for _ in range(3):
            crashes.append(kill_everything(stack))
            stack.succeed("up")
            wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"kill -9 of everything, 3 times ({stack.runtime})", account)
    assert account.lost == []
    assert account.unexplained(crashes) == []
