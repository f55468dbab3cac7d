"""What did Claude Code cost, and what came of it?"""

from __future__ import annotations

from provisioner.dashboards.model import Bars, Dashboard, Kind, Query, Row, Stat, Unit, Variable
from provisioner.dashboards.queries import (
    bars_by,
    distinct,
    total,
    total_by,
    total_or_proven_zero,
)

_BARS_WHY = (
    "Each bar holds what was spent between its start and the next. Bars add up to the total when "
    "the range starts on a bar, as the quick ranges do; the panel beside them is always exact."
)


def overview() -> Dashboard:
    """The first board: the chosen range in four numbers, then cost and tokens over time."""
    return Dashboard(
        name="overview",
        title="Claude Code overview",
        question="What did Claude Code cost, and what came of it?",
        variables=(
            Variable(label="user", title="User", series="ledger_cost_usd"),
            Variable(label="project", title="Project", series="ledger_cost_usd"),
            Variable(label="model", title="Model", series="ledger_cost_usd"),
        ),
        rows=(_totals(), _cost(), _tokens()),
    )


def _totals() -> Row:
    return Row(
        title="The chosen range",
        panels=(
            Stat(
                title="Active Sessions",
                why="Sessions with at least one successful model request. The model filter does "
                "not apply, and the panel is empty when session series are switched off.",
                unit=Unit.COUNT,
                queries=(_now(distinct("ledger_session_requests", "session")),),
            ),
            Stat(
                title="Total Cost",
                why="What the client says its requests cost, at list prices in US dollars.",
                unit=Unit.USD,
                queries=(_now(total("ledger_cost_usd")),),
            ),
            Stat(
                title="Token Usage",
                why="Tokens of all four types: input, output, cache reads and cache writes.",
                unit=Unit.TOKENS,
                queries=(_now(total("ledger_tokens")),),
            ),
            Stat(
                title="Lines of Code",
                why="Lines added plus lines removed by edits. Zero means that the client's "
                "counters arrived and held no edits. The model filter does not apply.",
                unit=Unit.LINES,
                queries=(_now(total_or_proven_zero("ledger_lines", "ledger_active_seconds")),),
            ),
        ),
    )


def _cost() -> Row:
    return Row(
        title="Cost",
        panels=(
            Bars(
                title="Cost by Model",
                why=_BARS_WHY,
                unit=Unit.USD,
                queries=(_over_time(bars_by("ledger_cost_usd", "model"), "{{model}}"),),
            ),
            Stat(
                title="Total Cost by Model",
                why="The chosen range's cost of each model, the dearest first.",
                unit=Unit.USD,
                queries=(_now(total_by("ledger_cost_usd", "model"), "{{model}}"),),
            ),
        ),
    )


def _tokens() -> Row:
    return Row(
        title="Tokens",
        panels=(
            Bars(
                title="Token Usage by Type",
                why=_BARS_WHY,
                unit=Unit.TOKENS,
                queries=(_over_time(bars_by("ledger_tokens", "type"), "{{type}}"),),
            ),
            Stat(
                title="Total Tokens by Type",
                why="The chosen range's tokens of each type; input excludes what came from or "
                "went to the cache.",
                unit=Unit.TOKENS,
                queries=(_now(total_by("ledger_tokens", "type"), "{{type}}"),),
            ),
        ),
    )


def _now(expr: str, legend: str = "") -> Query:
    return Query(expr=expr, kind=Kind.INSTANT, legend=legend)


def _over_time(expr: str, legend: str) -> Query:
    return Query(expr=expr, kind=Kind.RANGE, legend=legend)
