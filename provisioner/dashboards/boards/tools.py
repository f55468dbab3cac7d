"""Which tools does Claude Code use, and how well do they work?"""

from __future__ import annotations

from provisioner.dashboards.ask import lines, now, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Events,
    Key,
    Level,
    Lines,
    Link,
    Stat,
    Table,
    Tone,
    Unit,
)
from provisioner.dashboards.queries import (
    bars_an_hour_by,
    cumulative_by,
    mean_by,
    of,
    or_proven_zero,
    quantile_by,
    share,
    share_by,
    total,
    total_by,
)
from provisioner.dashboards.readable import readable

_CALLS = of("ledger_tool_calls")
_WORKED = of("ledger_tool_calls", success="true")
_FAILED = of("ledger_tool_calls", success="false")
_SECONDS = of("ledger_tool_seconds_bucket")
_SUCCESS_LEVELS = (
    Level(at=0, tone=Tone.BAD),
    Level(at=0.8, tone=Tone.WORRYING),
    Level(at=0.95, tone=Tone.GOOD),
)
_TOOL = Key(
    label="tool_name",
    title="Tool",
    link=Link(board="events", text="tool", title="Events of this tool", keeps_filters=True),
)


def tools() -> Dashboard:
    """Tool calls: how many, how well, how long; what was allowed; what extends the client."""
    return Dashboard(
        name="tools",
        title="Tool Usage",
        question="Which tools does Claude Code use, and how well do they work?",
        annotations=moments(),
        rows=(_totals(), _usage(), _by_tool(), _decisions(), _extensions(), _failures()),
    )


def _totals() -> Row:
    return Row(
        title="The chosen range",
        panels=(
            Stat(
                title="Tool Calls",
                why="Calls that ran; those that were rejected never ran.",
                unit=Unit.COUNT,
                queries=(now(total(_CALLS)),),
            ),
            Stat(
                title="Tool Success Rate",
                why="Which part of the calls that ran succeeded, by the client's own word.",
                unit=Unit.SHARE,
                levels=_SUCCESS_LEVELS,
                queries=(now(or_proven_zero(share(_WORKED, _CALLS), _CALLS)),),
            ),
            Stat(
                title="Failed Calls",
                why="Calls that ran and failed.",
                unit=Unit.COUNT,
                queries=(now(or_proven_zero(total(_FAILED), _CALLS)),),
            ),
            Stat(
                title="Rejected Calls",
                why="Calls that were not allowed, by a person, a rule or a hook; they never ran.",
                unit=Unit.COUNT,
                queries=(
                    now(
                        or_proven_zero(
                            total(of("ledger_tool_decisions", decision="reject")),
                            of("ledger_tool_decisions"),
                        )
                    ),
                ),
            ),
        ),
    )


def _usage() -> Row:
    return Row(
        title="Usage",
        panels=(
            Bars(
                title="Tool Usage Rate",
                why="Calls an hour in each step, stacked by tool.",
                unit=Unit.PER_HOUR,
                queries=(over_time(bars_an_hour_by(_CALLS, "tool_name"), "{{tool_name}}"),),
            ),
            Lines(
                title="Cumulative Tool Usage",
                why="Calls of each tool since the range's first bar.",
                unit=Unit.COUNT,
                queries=(over_time(cumulative_by(_CALLS, "tool_name"), "{{tool_name}}"),),
            ),
        ),
    )


def _by_tool() -> Row:
    return Row(
        title="Tools",
        panels=(
            Table(
                title="Tools",
                why="Calls, successes and durations of each tool in the range; durations are "
                "estimates between the bounds they are counted by, without the wait for a "
                "permission and, being kept without projects, of all projects. A click on a tool "
                "shows its events.",
                keys=(_TOOL,),
                columns=_of_tools(),
            ),
        ),
    )


def _of_tools() -> tuple[Column, ...]:
    results = of("ledger_tool_bytes", type="result")
    return (
        Column(title="Calls", unit=Unit.COUNT, query=now(total_by(_CALLS, "tool_name"))),
        Column(
            title="Success",
            unit=Unit.SHARE,
            levels=_SUCCESS_LEVELS,
            query=now(share_by(_WORKED, _CALLS, "tool_name")),
        ),
        Column(
            title="p50",
            unit=Unit.SECONDS,
            query=now(quantile_by(0.5, _SECONDS, "tool_name")),
        ),
        Column(
            title="p95",
            unit=Unit.SECONDS,
            query=now(quantile_by(0.95, _SECONDS, "tool_name")),
        ),
        Column(
            title="Mean result",
            unit=Unit.BYTES,
            query=now(mean_by(results, _CALLS, "tool_name")),
        ),
        Column(
            title="All results",
            unit=Unit.BYTES,
            query=now(total_by(results, "tool_name")),
        ),
    )


def _decisions() -> Row:
    edits = "ledger_edit_decisions"
    return Row(
        title="Decisions",
        panels=(
            Table(
                title="Decisions by Source",
                why="Who decided on tool calls: config (rules and modes, without asking), hook, "
                "or a person (user_…).",
                keys=(Key(label="decision_source", title="Source"),),
                columns=_accepted_and_rejected("ledger_tool_decisions", "decision_source"),
            ),
            Table(
                title="Edit Decisions by Language",
                why="Edits accepted and rejected, by the language of the file.",
                keys=(Key(label="language", title="Language"),),
                columns=_accepted_and_rejected(edits, "language"),
            ),
        ),
    )


def _accepted_and_rejected(series: str, label: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            title=title,
            unit=Unit.COUNT,
            query=now(total_by(of(series, decision=decision), label)),
        )
        for title, decision in (("Accepted", "accept"), ("Rejected", "reject"))
    )


def _extensions() -> Row:
    return Row(
        title="MCP servers, skills and subagents", panels=(_servers(), _skills(), _subagents())
    )


def _servers() -> Table:
    return Table(
        title="MCP Servers",
        why="Connections by server and outcome; servers are unnamed unless the client "
        "is told to log tool details.",
        keys=(
            Key(label="server_name", title="Server"),
            Key(label="transport_type", title="Transport"),
            Key(label="status", title="Status"),
        ),
        columns=(
            Column(
                title="Connections",
                unit=Unit.COUNT,
                query=now(
                    total_by(
                        of("ledger_mcp_connections"),
                        "server_name",
                        "transport_type",
                        "status",
                    )
                ),
            ),
        ),
    )


def _skills() -> Table:
    return Table(
        title="Skills",
        why="Skills activated, and by whom: a person (user-slash), Claude or another "
        "skill. A person's own are custom_skill unless the client is told to log tool "
        "details.",
        keys=(Key(label="skill_name", title="Skill"), Key(label="trigger", title="By")),
        columns=(
            Column(
                title="Uses",
                unit=Unit.COUNT,
                query=now(total_by(of("ledger_skills"), "skill_name", "trigger")),
            ),
        ),
    )


def _subagents() -> Table:
    agents = of("ledger_subagents")
    return Table(
        title="Subagents",
        why="Subagents that returned, and how long they took on average.",
        keys=(Key(label="agent_type", title="Agent"),),
        columns=(
            Column(title="Runs", unit=Unit.COUNT, query=now(total_by(agents, "agent_type"))),
            Column(
                title="Mean duration",
                unit=Unit.SECONDS,
                query=now(mean_by(of("ledger_subagent_seconds"), agents, "agent_type")),
            ),
        ),
    )


def _failures() -> Row:
    return Row(
        title="Failures",
        panels=(
            Events(
                title="Failing Calls",
                why="The range's newest calls that failed, with what the client says of why.",
                query=lines(readable("tool_result", success="false")),
            ),
        ),
    )
