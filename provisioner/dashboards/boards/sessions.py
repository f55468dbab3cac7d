"""Which sessions were there, and what did each take?"""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.boards.overview import BARS_WHY
from provisioner.dashboards.boards.session_rows import SESSION_KEYS, session_keys, session_time
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Bars, Column, Stat, Table, Unit
from provisioner.dashboards.queries import (
    bars_by,
    distinct,
    mean_of_distinct,
    of,
    or_proven_zero,
    top_by,
    total,
    total_by,
)

MOST = 100

_COST = of("ledger_session_cost_usd")
_REQUESTS = of("ledger_session_requests")


def sessions() -> Dashboard:
    """The sessions of the range, the dearest first."""
    return Dashboard(
        name="sessions",
        title="Sessions",
        question="Which sessions were there, and what did each take?",
        annotations=moments(),
        rows=(_totals(), _table(), _over_time()),
    )


def _totals() -> Row:
    return Row(
        title="The chosen range",
        panels=(
            Stat(
                title="Active Sessions",
                why="Sessions with at least one successful model request.",
                unit=Unit.COUNT,
                queries=(now(distinct(_REQUESTS, "session")),),
            ),
            Stat(
                title="Mean Cost",
                why="The range's cost divided by its active sessions.",
                unit=Unit.USD,
                queries=(now(mean_of_distinct(_COST, _REQUESTS, "session")),),
            ),
            Stat(
                title="Mean Requests",
                why="Answered requests divided by active sessions.",
                unit=Unit.DECIMAL,
                queries=(now(mean_of_distinct(_REQUESTS, _REQUESTS, "session")),),
            ),
            Stat(
                title="Compactions",
                why="How often a conversation's context was compacted, failed attempts among them. "
                "Zero means that prompts arrived and none was.",
                unit=Unit.COUNT,
                queries=(
                    now(or_proven_zero(total(of("ledger_compactions")), of("ledger_prompts"))),
                ),
            ),
            Stat(
                title="Projects with Sessions",
                why="Projects in which a session made a request.",
                unit=Unit.COUNT,
                queries=(now(distinct(_REQUESTS, "project")),),
            ),
        ),
    )


def _table() -> Row:
    dearest = top_by(MOST, _COST, *SESSION_KEYS)
    return Row(
        title="Sessions",
        panels=(
            Table(
                title="Sessions",
                why=f"What each session took in the range; the {MOST} that cost most. A click on "
                "one tells its story, over the part of the range in which it was.",
                height=16,
                keys=session_keys(),
                columns=(
                    Column(title="Cost", unit=Unit.USD, query=now(dearest)),
                    _of_dearest("Tokens", Unit.TOKENS, "ledger_session_tokens"),
                    _of_dearest("Requests", Unit.COUNT, "ledger_session_requests"),
                    _of_dearest("Tool calls", Unit.COUNT, "ledger_session_tool_calls"),
                    *session_time(dearest),
                ),
            ),
        ),
    )


def _of_dearest(title: str, unit: Unit, series: str) -> Column:
    """Only the rows that the first column has: a row of a session without its cost says little."""
    dearest = top_by(MOST, _COST, *SESSION_KEYS)
    expr = f"{total_by(of(series), *SESSION_KEYS)} and on ({', '.join(SESSION_KEYS)}) {dearest}"
    return Column(title=title, unit=unit, query=now(expr))


def _over_time() -> Row:
    return Row(
        title="Over time",
        panels=(
            Bars(
                title="Cost by Project",
                why=BARS_WHY,
                unit=Unit.USD,
                queries=(over_time(bars_by(_COST, "project"), "{{project}}"),),
            ),
        ),
    )
