"""Can the other boards be believed? What both books have, and what was added from transcripts."""

from __future__ import annotations

from provisioner.dashboards import logql
from provisioner.dashboards.ask import (
    lines,
    now,
    now_from_events,
    over_time,
    over_time_from_events,
)
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.boards.overview import BARS_WHY
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Bars, Column, Events, Key, Stat, Table, Unit
from provisioner.dashboards.queries import (
    bars_by,
    of,
    or_proven_zero,
    share,
    share_by,
    total,
    total_by,
)
from provisioner.dashboards.readable import readable

_ANSWERED = of("ledger_api_requests", outcome="ok")
_LIVE = of("ledger_api_requests", outcome="ok", origin="live")
_ADDED = of("ledger_api_requests", outcome="ok", origin="transcript")
_ADDED_COST = of("ledger_cost_usd", origin="transcript")
_COST = of("ledger_cost_usd")
_ENTRIES = logql.events("api_request")
_ORIGIN = "live was told by the client, transcript was added by backfill or reconcile"


def quality() -> Dashboard:
    """Agreement of the books, and what was never told live."""
    return Dashboard(
        name="quality",
        title="Data Quality",
        question="Can the other boards be believed?",
        annotations=moments(),
        rows=(_agreement(), _over_time(), _added(), _projects(), _entries()),
    )


def _agreement() -> Row:
    return Row(
        title="Both books",
        panels=(
            Stat(
                title="Requests in the Ledger",
                why="Answered model requests by Prometheus. The same as in Loki, but for seconds "
                "at the edges of the range: the ledger's time is that of arrival.",
                unit=Unit.COUNT,
                queries=(now(total(_ANSWERED)),),
            ),
            Stat(
                title="Requests in Loki",
                why="Entries of answered model requests. `claude-otel reconcile` compares them "
                "with the client's transcripts one by one.",
                unit=Unit.COUNT,
                queries=(now_from_events(f"sum({logql.count_by(_ENTRIES, 'event_name')})"),),
            ),
            Stat(
                title="Told Live",
                why="The part of the requests that the client told itself; the rest was added from "
                "its transcripts.",
                unit=Unit.SHARE,
                queries=(now(or_proven_zero(share(_LIVE, _ANSWERED), _ANSWERED)),),
            ),
        ),
    )


def _over_time() -> Row:
    return Row(
        title="Agreement over time",
        panels=(
            Bars(
                title="Requests in the Ledger over Time",
                why=f"By origin: {_ORIGIN}. {BARS_WHY}",
                unit=Unit.COUNT,
                queries=(over_time(bars_by(_ANSWERED, "origin"), "{{origin}}"),),
            ),
            Bars(
                title="Requests in Loki over Time",
                why=f"By origin: {_ORIGIN}. Bars as high as the ledger's mean that both agree.",
                unit=Unit.COUNT,
                queries=(over_time_from_events(logql.bars_by(_ENTRIES, "origin"), "{{origin}}"),),
            ),
        ),
    )


def _added() -> Row:
    return Row(
        title="Never told live",
        panels=(
            Stat(
                title="Requests Added",
                why="Requests that only transcripts knew: history, and what was lost on its way.",
                unit=Unit.COUNT,
                queries=(now(or_proven_zero(total(_ADDED), _ANSWERED)),),
            ),
            Stat(
                title="Cost Added",
                why="What they cost at the list prices of their days.",
                unit=Unit.USD,
                queries=(now(or_proven_zero(total(_ADDED_COST), _COST)),),
            ),
            Bars(
                title="Cost Added over Time",
                why=f"What was added, at the time at which it was spent. {BARS_WHY}",
                unit=Unit.USD,
                queries=(over_time(bars_by(_ADDED_COST, "project"), "{{project}}"),),
            ),
        ),
    )


def _projects() -> Row:
    return Row(
        title="By project",
        panels=(
            Table(
                title="What Was Added by Project",
                why="Where telemetry was off, or got lost. A project that is told live has 100 %.",
                keys=(Key(label="project", title="Project"),),
                columns=(
                    Column(
                        title="Requests",
                        unit=Unit.COUNT,
                        query=now(total_by(_ANSWERED, "project")),
                    ),
                    Column(
                        title="Told Live",
                        unit=Unit.SHARE,
                        query=now(share_by(_LIVE, _ANSWERED, "project")),
                    ),
                    Column(
                        title="Cost Added",
                        unit=Unit.USD,
                        query=now(total_by(_ADDED_COST, "project")),
                    ),
                ),
            ),
        ),
    )


def _entries() -> Row:
    return Row(
        title="One by one",
        panels=(
            Events(
                title="Requests Added, One by One",
                why="Requests that only transcripts knew, the newest first.",
                query=lines(
                    readable("api_request", origin="transcript", ingest_source="transcript.*")
                ),
            ),
        ),
    )
