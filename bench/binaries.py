"""Which programs does a stack run? Benches that need one beside it take the very same."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.faults.engines import processes
from tests.stack.stacks import TestStack


def binaries_of(stack: TestStack) -> dict[str, str]:
    """The programs of a running native stack, by engine, and promtool, which is beside them."""
    found = {name: psutil.Process(pid).exe() for name, pid in processes(stack).items()}
    return {**found, "promtool": str(Path(found["prometheus"]).with_name("promtool"))}
