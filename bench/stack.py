"""Which stack does a bench measure? A native one of its own, that is gone in the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stopping import end_orderly
from provisioner.runtime.model import Report
from tests.faults.stacks import own_stack as started
from tests.stack.stacks import TestStack


@contextmanager
def own_stack(report: Report) -> Iterator[TestStack]:
    """A running stack until the block ends, however it does: as planned, by ^C, or by TERM."""
    end_orderly()
    with tempfile.TemporaryDirectory() as folder:
        report("starting a stack")
        with started(Path(folder)) as stack:
            yield stack
