"""What do the engines take while they are at work: time on a core, and memory?"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil

from bench.processes import cpu_seconds, pss_bytes
from tests.faults.engines import processes
from tests.stack.stacks import TestStack

SAMPLE_SECONDS = 1.0
GENERATOR = "generator"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Memory of each process at a moment of the monotonic clock, and its time on a core so far."""

    at: float
    pss: Mapping[str, int]
    cpu: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The engines' processes and this one, looked at once a second."""

    processes: Mapping[str, psutil.Process]
    seen: list[Seen] = field(default_factory=list)

    @property
    def names(self) -> Sequence[str]:
        return tuple(self.processes)

    def look(self) -> Seen:
        """Look once more. Raises NoSuchProcess when an engine has ended: figures would lie."""
        now = Seen(
            at=time.monotonic(),
            pss={name: pss_bytes(each) for name, each in self.processes.items()},
            cpu={name: cpu_seconds(each) for name, each in self.processes.items()},
        )
        self.seen.append(now)
        return now

    def peak_megabytes(self, name: str) -> float:
        return max(each.pss[name] for each in self.seen) / MEGABYTE


@contextmanager
def watching(stack: TestStack) -> Iterator[Watch]:
    """A watch over the stack's engines until the block ends."""
    pids = {**dict(sorted(processes(stack).items())), GENERATOR: os.getpid()}
    watch = Watch(processes={name: psutil.Process(pid) for name, pid in pids.items()})
    watch.look()
    stop = Event()
    thread = Thread(target=_look_on, args=(watch, stop))
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()


def _look_on(watch: Watch, stop: Event) -> None:
    while not stop.wait(SAMPLE_SECONDS):
        try:
            watch.look()
        except psutil.NoSuchProcess:
            # Whoever asks for figures will look, and fail.
            return
