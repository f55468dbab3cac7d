"""Which stack does a bench measure? A native one of its own, that is gone in the end."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from provisioner.runtime.model import Report
from tests.stack.stacks import TestStack, prepare_stack


@contextmanager
def own_stack(report: Report) -> Iterator[TestStack]:
    """A running stack until the block ends, however it does: as planned, by ^C, or by TERM."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with tempfile.TemporaryDirectory() as folder:
            stack = prepare_stack(Path(folder), "native")
            try:
                report("starting a stack")
                stack.succeed("up")
                yield stack
            finally:
                stack.succeed("clean", "--yes")
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
