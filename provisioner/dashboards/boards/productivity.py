"""What came of it: code, commits, and the time it took?"""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.boards.overview import BARS_WHY
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Bars, Column, Key, Lines, Ranking, Stat, Table, Unit
from provisioner.dashboards.queries import (
    Amounts,
    bars,
    bars_by,
    cumulative_by,
    mean,
    of,
    or_proven_zero,
    share_by,
    top_by,
    total,
    total_by,
)

_COST = of("ledger_cost_usd")
_LINES = of("ledger_lines")
_COMMITS = of("ledger_commits")
_PULL_REQUESTS = of("ledger_pull_requests")
_SESSIONS = of("ledger_sessions")
_ACTIVE = of("ledger_active_seconds")
_EDITS = of("ledger_edit_decisions")
_ZERO = "Zero means that the client's counters arrived and held none."
_ROUGH = "Rough: most work is not measured in lines and commits, and what cost much may be small."


def productivity() -> Dashboard:
    """What the client's own counters tell of the work that was done."""
    return Dashboard(
        name="productivity",
        title="Productivity",
        question="What came of it: code, commits, and the time it took?",
        annotations=moments(),
        rows=(_results(), _time(), _changes(), _starts(), _languages(), _rough()),
    )


def _results() -> Row:
    return Row(
        title="Results",
        panels=(
            _counted("Commits", "Git commits made through Claude Code.", _COMMITS),
            _counted(
                "Pull Requests",
                "Pull or merge requests created through Claude Code.",
                _PULL_REQUESTS,
            ),
            _counted("Lines Added", "Lines that edits added.", of("ledger_lines", type="added")),
            _counted(
                "Lines Removed", "Lines that edits removed.", of("ledger_lines", type="removed")
            ),
        ),
    )


def _counted(title: str, why: str, amounts: Amounts) -> Stat:
    return Stat(
        title=title,
        why=f"{why} {_ZERO}",
        unit=Unit.COUNT,
        queries=(now(or_proven_zero(total(amounts), _ACTIVE)),),
    )


def _time() -> Row:
    return Row(
        title="Time",
        panels=(
            Stat(
                title="Your Active Time",
                why="Time at the keyboard in Claude Code, idle time left out.",
                unit=Unit.SECONDS,
                queries=(
                    now(or_proven_zero(total(of("ledger_active_seconds", type="user")), _ACTIVE)),
                ),
            ),
            Stat(
                title="The Agent's Active Time",
                why="Time in which tools ran or the model answered.",
                unit=Unit.SECONDS,
                queries=(now(total(of("ledger_active_seconds", type="cli"))),),
            ),
            Stat(
                title="Sessions Started",
                why="Sessions by the client's own counter, resumed ones among them.",
                unit=Unit.COUNT,
                queries=(now(total(_SESSIONS)),),
            ),
            Stat(
                title="Prompts",
                why="Prompts submitted, including turns that Claude Code starts itself.",
                unit=Unit.COUNT,
                queries=(now(total(of("ledger_prompts"))),),
            ),
        ),
    )


def _changes() -> Row:
    return Row(
        title="Activity",
        panels=(
            Lines(
                title="Cumulative Code Changes",
                why="Lines added and removed since the range's first bar.",
                unit=Unit.LINES,
                queries=(over_time(cumulative_by(_LINES, "type"), "{{type}}"),),
            ),
            Bars(
                title="Development Activity",
                why=f"Sessions started, commits and pull requests. {BARS_WHY}",
                unit=Unit.COUNT,
                queries=(
                    over_time(bars(_SESSIONS), "sessions"),
                    over_time(bars(_COMMITS), "commits"),
                    over_time(bars(_PULL_REQUESTS), "pull requests"),
                ),
            ),
        ),
    )


def _starts() -> Row:
    return Row(
        title="Sessions and time",
        panels=(
            Bars(
                title="Active Time",
                why=f"Time of the person (user) and of the agent (cli). {BARS_WHY}",
                unit=Unit.SECONDS,
                queries=(over_time(bars_by(_ACTIVE, "type"), "{{type}}"),),
            ),
            _sessions_by(
                "Sessions by Start", "fresh, or going on with an earlier one.", "start_type"
            ),
            _sessions_by("Sessions by Terminal", "Where they ran.", "terminal"),
        ),
    )


def _sessions_by(title: str, why: str, label: str) -> Ranking:
    query = now(top_by(10, _SESSIONS, label), f"{{{{{label}}}}}")
    return Ranking(title=title, why=f"Sessions started: {why}", unit=Unit.COUNT, queries=(query,))


def _languages() -> Row:
    accepted = of("ledger_edit_decisions", decision="accept")
    return Row(
        title="Languages",
        panels=(
            Table(
                title="Edits by Language",
                why="Edits proposed and the part of them that was accepted. The client tells the "
                "language of edits, not of lines.",
                keys=(Key(label="language", title="Language"),),
                columns=(
                    Column(title="Edits", unit=Unit.COUNT, query=now(total_by(_EDITS, "language"))),
                    Column(
                        title="Accepted",
                        unit=Unit.SHARE,
                        query=now(share_by(accepted, _EDITS, "language")),
                    ),
                ),
            ),
        ),
    )


def _rough() -> Row:
    return Row(
        title="Rough ratios",
        panels=(
            Stat(
                title="Cost per Commit (rough)",
                why=f"The range's cost divided by its commits. {_ROUGH}",
                unit=Unit.USD,
                queries=(now(mean(_COST, _COMMITS)),),
            ),
            Stat(
                title="Cost per 100 Lines (rough)",
                why=f"The range's cost for each hundred lines added or removed. {_ROUGH}",
                unit=Unit.USD,
                queries=(now(f"{mean(_COST, _LINES)} * 100"),),
            ),
        ),
    )
