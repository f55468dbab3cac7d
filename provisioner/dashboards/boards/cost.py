"""Where do money and tokens go, and what do they buy?"""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.boards.overview import (
    BARS_WHY,
    CACHE_LEVELS,
    CACHE_READS,
    PROMPT_TOKENS,
)
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Bars, Column, Key, Lines, Ranking, Stat, Table, Unit
from provisioner.dashboards.queries import (
    Amounts,
    bars_by,
    cumulative_by,
    mean,
    mean_of_distinct,
    of,
    share_by,
    top_by,
    total_by,
)

_COST = of("ledger_cost_usd")
_TOKENS = of("ledger_tokens")


def cost() -> Dashboard:
    """Cost and tokens: over time, by everything they can be told apart by, and per result."""
    return Dashboard(
        name="cost",
        title="Cost & Usage",
        question="Where do money and tokens go, and what do they buy?",
        annotations=moments(),
        rows=(_over_time(), _tokens(), _models(), _who(), _how(), _bought()),
    )


def _over_time() -> Row:
    return Row(
        title="Cost",
        panels=(
            Lines(
                title="Cumulative Cost by Model",
                why="What each model had cost since the range's first bar; the last point is the "
                "sum of the bars beside it.",
                unit=Unit.USD,
                queries=(over_time(cumulative_by(_COST, "model"), "{{model}}"),),
            ),
            Bars(
                title="Cost over Time",
                why=BARS_WHY,
                unit=Unit.USD,
                queries=(over_time(bars_by(_COST, "model"), "{{model}}"),),
            ),
        ),
    )


def _tokens() -> Row:
    return Row(
        title="Tokens",
        panels=(
            Bars(
                title="Token Usage by Type",
                why=BARS_WHY,
                unit=Unit.TOKENS,
                queries=(over_time(bars_by(_TOKENS, "type"), "{{type}}"),),
            ),
            Bars(
                title="Token Usage by Model",
                why=BARS_WHY,
                unit=Unit.TOKENS,
                queries=(over_time(bars_by(_TOKENS, "model"), "{{model}}"),),
            ),
        ),
    )


def _models() -> Row:
    answered = of("ledger_api_requests", outcome="ok")
    return Row(
        title="Models",
        panels=(
            Table(
                title="Usage by Model",
                why="The range's totals of each model. The cache hit share leaves output out.",
                keys=(Key(label="model", title="Model"),),
                columns=(
                    Column(title="Cost", unit=Unit.USD, query=now(total_by(_COST, "model"))),
                    Column(
                        title="Requests", unit=Unit.COUNT, query=now(total_by(answered, "model"))
                    ),
                    _tokens_of("Input", "input"),
                    _tokens_of("Output", "output"),
                    _tokens_of("Cache reads", "cacheRead"),
                    _tokens_of("Cache writes", "cacheCreation"),
                    Column(
                        title="Cache hits",
                        unit=Unit.SHARE,
                        levels=CACHE_LEVELS,
                        query=now(share_by(CACHE_READS, PROMPT_TOKENS, "model")),
                    ),
                ),
            ),
        ),
    )


def _tokens_of(title: str, kind: str) -> Column:
    query = now(total_by(of("ledger_tokens", type=kind), "model"))
    return Column(title=title, unit=Unit.TOKENS, query=query)


def _who() -> Row:
    return Row(
        title="Who, and what for",
        panels=(
            _ranking("Cost by Project", "The ten dearest projects.", "project"),
            _ranking("Cost by User", "The ten people whose requests cost most.", "user"),
            _ranking("Cost by Team", "The ten dearest teams.", "team"),
        ),
    )


def _how() -> Row:
    return Row(
        title="How",
        panels=(
            _ranking(
                "Cost by Source",
                "main: the conversation itself; subagent: agents it started; auxiliary: titles, "
                "summaries and other background work.",
                "source",
            ),
            _ranking("Cost by Effort", "How hard the model was told to think.", "effort"),
            _ranking("Cost by Speed", "fast: fast mode, which costs more.", "speed"),
            _ranking(
                "Cost by Entrypoint",
                "Where Claude Code ran: terminal (cli), editor, SDK or headless.",
                "entrypoint",
            ),
        ),
    )


def _ranking(title: str, why: str, label: str) -> Ranking:
    query = now(top_by(10, _COST, label), f"{{{{{label}}}}}")
    return Ranking(title=title, why=why, unit=Unit.USD, queries=(query,))


def _bought() -> Row:
    sessions = of("ledger_session_cost_usd")
    return Row(
        title="What it bought",
        panels=(
            Stat(
                title="Cost per Session",
                why="The range's cost divided by the sessions that made requests in it. Empty "
                "when session series are switched off.",
                unit=Unit.USD,
                queries=(
                    now(mean_of_distinct(sessions, of("ledger_session_requests"), "session")),
                ),
            ),
            _cost_per("Cost per Prompt", "prompts submitted", of("ledger_prompts")),
            _cost_per("Cost per Commit", "commits made through Claude Code", of("ledger_commits")),
            Stat(
                title="Cost per Active Hour",
                why="The range's cost divided by active time, of the person and of the agent.",
                unit=Unit.USD,
                queries=(now(f"{mean(_COST, of('ledger_active_seconds'))} * 3600"),),
            ),
        ),
    )


def _cost_per(title: str, what: str, counted: Amounts) -> Stat:
    return Stat(
        title=title,
        why=f"The range's cost divided by the {what} in it.",
        unit=Unit.USD,
        queries=(now(mean(_COST, counted)),),
    )
