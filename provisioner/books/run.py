"""How do the books' questions run from one end to the other? What the commands share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioner.backends import Prometheus
from provisioner.books.backfill import Backfilled, backfill, names_of
from provisioner.books.names import Names
from provisioner.books.reasons import past
from provisioner.books.reconcile import Known, Reconciliation, reconcile
from provisioner.books.sums import bounds_of, day_of, read_ledger
from provisioner.books.survey import Survey, spanning, survey
from provisioner.books.told import DAY_MS
from provisioner.errors import NoData
from provisioner.lock import filling
from provisioner.prices import open_prices
from provisioner.reports.zones import Zone
from provisioner.runtime.model import Report
from provisioner.transcripts.places import index_directory, roots
from provisioner.transcripts.usage import Usage, open_usage
from provisioner.workspace import Workspace

GRACE_SECONDS = 300.0
"""So long telemetry of an answer may be under way: clients export every few seconds, and retry."""

DAY_SECONDS = 86_400
LOCK_SECONDS = 5.0
_ANY = "sum(sum_over_time(ledger_api_requests[1d])) > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: from when on, of which sessions (none named: all), how settled."""

    since_ms: int | None = None
    grace_seconds: float = GRACE_SECONDS
    sessions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The books of a stack, held: transcripts open, and nobody else writes history."""

    workspace: Workspace
    usage: Usage
    roots: Sequence[Path]
    asked: Asked

    def survey(self, report: Report) -> Survey:
        """What transcripts and stores know."""
        asked = self.asked
        span = spanning(self.workspace, asked.since_ms, asked.grace_seconds, asked.sessions)
        return survey(self.workspace, self.usage, span, report)

    def names(self, found: Survey) -> Names:
        """Who is who."""
        return names_of(self.workspace, found, self.roots, os.environ)

    def write(self, found: Survey, report: Report) -> Backfilled:
        """Write in what is missing."""
        return backfill(self.workspace, found, self.names(found), report)

    def compare(self, found: Survey, zone: Zone, report: Report) -> Reconciliation:
        """Transcripts, Loki and the ledger, day by day."""
        prometheus = Prometheus(url=self.workspace.url("prometheus"))
        told = [each.told for each in found.match.live] + list(found.match.alone)
        lacking = [*found.missing, *found.held_back]
        span = found.span
        report("reading the ledger")
        known = Known(
            names=self.names(found),
            past=past(prometheus, told, lacking, (span.since_ms, span.now_ms)),
            ledger=read_ledger(prometheus, _days(prometheus, found, zone)),
            zone=zone,
        )
        return reconcile(found, known)


@contextmanager
def open_books(
    workspace: Workspace, asked: Asked, report: Report, wait_seconds: float = LOCK_SECONDS
) -> Iterator[Books]:
    """Hold the books; raises NoData without transcripts, Refused when others hold them."""
    folders = roots(os.environ, Path.home())
    kept = index_directory(os.environ)
    with (
        filling(workspace, wait_seconds),
        open_usage(folders, index_dir=kept, prices=open_prices(kept), report=report) as usage,
    ):
        if not usage.coverage.responses:
            raise NoData(
                "no answer was found in transcripts; looked in",
                [str(folder) for folder in folders],
                "set CLAUDE_CONFIG_DIR if the client keeps them elsewhere",
            )
        yield Books(workspace=workspace, usage=usage, roots=folders, asked=asked)


def _days(prometheus: Prometheus, found: Survey, zone: Zone) -> dict[str, tuple[int, int]]:
    """The days on which the ledger was told anything; the span ends where both stores know all."""
    first, last = found.span.since_ms, found.heard_ms
    told = prometheus.query_range(_ANY, first / 1000, last / 1000 + DAY_SECONDS, DAY_SECONDS)
    times = [int(each.at * 1000) - back for each in told for back in (0, DAY_MS)]
    found_days = sorted({day_of(at, zone) for at in times})
    bounds = {day: bounds_of(day, zone) for day in found_days}
    cut = {day: (max(begin, first), min(end, last)) for day, (begin, end) in bounds.items()}
    return {day: (begin, end) for day, (begin, end) in cut.items() if begin < end}
