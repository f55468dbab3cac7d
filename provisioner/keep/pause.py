"""How long is a part of the stack away, and does it come back whatever happens meanwhile?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from provisioner.backends import is_ready
from provisioner.errors import Refused
from provisioner.runtime.model import Report, Runtime
from provisioner.workspace import Workspace

READY_SECONDS = 90.0
POLL_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class Pause:
    """How long engines were away, once they are back."""

    seconds: float = 0.0


@contextmanager
def without(
    workspace: Workspace, runtime: Runtime, engines: Sequence[str], report: Report
) -> Iterator[Pause]:
    """Do something while engines are stopped; they are started again in the opposite order."""
    pause = Pause()
    began = time.monotonic()
    halted: list[str] = []
    try:
        for engine in engines:
            report(f"stopping {engine}")
            halted.append(engine)
            runtime.halt(engine)
        yield pause
    finally:
        for engine in reversed(halted):
            report(f"starting {engine}")
            runtime.resume(engine)
    await_ready(workspace, engines, report)
    pause.seconds = time.monotonic() - began


def await_ready(workspace: Workspace, engines: Sequence[str], report: Report) -> None:
    """Wait until engines answer; raises Refused when one does not in time."""
    deadline = time.monotonic() + READY_SECONDS
    for engine in engines:
        report(f"waiting for {engine}")
        while not is_ready(workspace.ready_urls[engine]):
            if time.monotonic() >= deadline:
                raise Refused(
                    f"{engine} was started, and is not ready after {READY_SECONDS:.0f} s\n"
                    f"  next: see `claude-otel logs {engine}`, then `claude-otel up`"
                )
            time.sleep(POLL_SECONDS)
