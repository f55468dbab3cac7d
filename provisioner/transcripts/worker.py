"""What does one of several processes do that read transcripts together?"""

from __future__ import annotations

import gc
import marshal
import os
import sys
from typing import Any

from provisioner.transcripts.scan import scan
from provisioner.transcripts.sighting import LENGTH, Job, Result, Scan

NICENESS = 5


def tried(job: Job) -> Result | None:
    """None where the client has deleted the file meanwhile."""
    try:
        return scan(job)
    except FileNotFoundError:
        return None
    except OSError:
        return job.path


def _packed(path: str, result: Result | None) -> bytes:
    """Marshal is the quickest, but knows no named tuples."""
    if not isinstance(result, Scan):
        return marshal.dumps((path, result))
    plain: tuple[Any, ...] = (*result[:-1], tuple(map(tuple, result.sightings)))
    return marshal.dumps((path, plain))


def work() -> None:
    """Read what stdin asks for, and say on stdout what was found."""
    # Whoever takes it all in is to get what it needs first: what is left when all is read, it does
    # alone.
    os.nice(NICENESS)
    # Whatever is made here is handed over or dropped: nothing is left to collect.
    gc.disable()
    for fields in marshal.loads(sys.stdin.buffer.read()):  # noqa: S302 - of our own parent
        job = Job(*fields)
        frame = _packed(job.path, tried(job))
        sys.stdout.buffer.write(LENGTH.pack(len(frame)) + frame)
    sys.stdout.buffer.flush()
    # Nothing is left to clean up either.
    os._exit(0)
