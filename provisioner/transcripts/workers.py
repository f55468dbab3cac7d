"""How are many transcripts read with all cores?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.runtime.model import Report
from provisioner.transcripts.scan import Job, Scan, scan


def scan_all(jobs: Sequence[Job], report: Report) -> Iterator[Scan | str]:
    """What each file says, in any order; the path of one that cannot be read."""
    for job in jobs:
        try:
            yield scan(job)
        except FileNotFoundError:
            continue  # The client has deleted it meanwhile.
        except OSError:
            yield job.path
