"""What do engines use of the machine while something happens?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from bench.processes import cpu_seconds

ENGINES = ("collector", "prometheus", "loki", "gateway")

Pids = Mapping[str, int]
"""The processes of a stack, by engine."""


@dataclass(slots=True)
class Used:
    """Seconds of processor time by stack and engine, and the time that it took."""

    seconds: float = 0.0
    cpu: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one engine used: a second when idle, 1,000 events above that, and its memory."""

    idle_ms: float
    busy_ms: float
    megabytes: float


@contextmanager
def measuring(stacks: Mapping[str, Pids]) -> Iterator[Used]:
    """What is used until the block ends; filled in then."""
    used = Used()
    began, before = time.perf_counter(), _cpu(stacks)
    yield used
    after = _cpu(stacks)
    used.seconds = time.perf_counter() - began
    used.cpu = {
        name: {engine: after[name][engine] - cpu for engine, cpu in each.items()}
        for name, each in before.items()
    }


def costs(pids: Pids, idle: Used, busy: Used, name: str, events: int) -> dict[str, Cost]:
    """What each engine of a stack used, idleness told apart from work."""
    found = {}
    for engine in (each for each in ENGINES if each in pids):
        idle_share = idle.cpu[name][engine] / idle.seconds
        work = busy.cpu[name][engine] - idle_share * busy.seconds
        memory = psutil.Process(pids[engine]).memory_info().rss / 1e6
        found[engine] = Cost(
            idle_ms=idle_share * 1e3, busy_ms=work * 1e6 / events, megabytes=memory
        )
    return found


def _cpu(stacks: Mapping[str, Pids]) -> dict[str, dict[str, float]]:
    return {
        name: {engine: cpu_seconds(psutil.Process(pid)) for engine, pid in pids.items()}
        for name, pids in stacks.items()
    }
