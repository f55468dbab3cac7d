"""What happened in one session, and what did it take?"""

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
from provisioner.dashboards.model import Dashboard, Row, Text
from provisioner.dashboards.panels import Bars, Column, Events, Key, Lines, Stat, Table, Unit
from provisioner.dashboards.queries import bars_by, of, total
from provisioner.dashboards.readable import readable

_CHOSEN = ("$session",)


def session() -> Dashboard:
    """One session's story in order, beside what it took."""
    return Dashboard(
        name="session",
        title="Session",
        question="What happened in one session, and what did it take?",
        texts=(Text(name="session", title="Session", why="A session's id", default="none"),),
        is_listed=False,
        empty="Choose a session on the board Sessions",
        annotations=moments(session_id="$session"),
        rows=(_totals(), _over_time(), _parts(), _failures(), _story()),
    )


def _totals() -> Row:
    return Row(
        title="What it took in the range",
        panels=(
            _total("Cost", "What its requests cost.", Unit.USD, "ledger_session_cost_usd"),
            _total("Tokens", "Tokens of all types.", Unit.TOKENS, "ledger_session_tokens"),
            _total("Requests", "Answered requests.", Unit.COUNT, "ledger_session_requests"),
            _total("Tool Calls", "Calls that ran.", Unit.COUNT, "ledger_session_tool_calls"),
        ),
    )


def _total(title: str, why: str, unit: Unit, series: str) -> Stat:
    return Stat(title=title, why=why, unit=unit, queries=(now(total(of(series, session=_CHOSEN))),))


def _over_time() -> Row:
    context = (
        f"{_of('api_request', source='main')} | label_format context="
        "`{{addf .input_tokens .cache_read_tokens .cache_creation_tokens}}`"
    )
    cost = of("ledger_session_cost_usd", session=_CHOSEN)
    return Row(
        title="Over time",
        panels=(
            Bars(
                title="Cost over Time",
                why=BARS_WHY,
                unit=Unit.USD,
                queries=(over_time(bars_by(cost, "session"), "{{session}}"),),
            ),
            Lines(
                title="Context Size",
                why="The largest prompt that the conversation itself sent in each step: input, "
                "cache reads and cache writes. It falls when the conversation is compacted.",
                unit=Unit.TOKENS,
                queries=(
                    over_time_from_events(
                        logql.largest_bars_by(context, "context", "session_id"), "{{session_id}}"
                    ),
                ),
            ),
        ),
    )


def _parts() -> Row:
    calls, agents = _of("tool_result"), _of("subagent_completed")
    return Row(
        title="Tools, subagents and models",
        panels=(
            Table(
                title="Tools",
                why="Calls that ran, by tool and outcome.",
                keys=(
                    Key(label="tool_name", title="Tool"),
                    Key(label="success", title="Succeeded"),
                ),
                columns=(_counted("Calls", logql.count_by(calls, "tool_name", "success")),),
            ),
            Table(
                title="Cost by Source and Model",
                why="What the conversation itself, its subagents and background work cost.",
                keys=(Key(label="source", title="Source"), Key(label="model", title="Model")),
                columns=(
                    Column(
                        title="Cost",
                        unit=Unit.USD,
                        query=now_from_events(
                            logql.sum_by(_of("api_request"), "cost_usd", "source", "model")
                        ),
                    ),
                ),
            ),
            Table(
                title="Subagents",
                why="Subagents that returned.",
                keys=(Key(label="agent_type", title="Agent"),),
                columns=(_counted("Runs", logql.count_by(agents, "agent_type")),),
            ),
        ),
    )


def _counted(title: str, expr: str) -> Column:
    return Column(title=title, unit=Unit.COUNT, query=now_from_events(expr))


def _failures() -> Row:
    return Row(
        title="Failures",
        panels=(
            Events(
                title="Errors",
                why="Requests that failed for good, and calls that failed.",
                query=lines(
                    readable(
                        "api_error", "tool_result", where='success!="true"', session_id="$session"
                    )
                ),
            ),
        ),
    )


def _story() -> Row:
    return Row(
        title="Story",
        panels=(
            Events(
                title="Its Story",
                why="Every event of the session in the range, in order. Opened from a row of a "
                "session, this board covers the time in which it was; from a line, the day before "
                "and the day after. A longer range is looked through from end to end.",
                query=lines(readable(session_id="$session")),
                is_story=True,
                height=20,
            ),
        ),
    )


def _of(*names: str, **where: str) -> str:
    return logql.events(*names, session_id="$session", **where)
