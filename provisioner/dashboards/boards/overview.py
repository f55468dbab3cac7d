"""What did Claude Code cost, and what came of it?"""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.boards.health import problems
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.boards.session_rows import SESSION_KEYS, session_keys, session_time
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Level,
    Query,
    Ranking,
    Stat,
    Table,
    Tone,
    Unit,
)
from provisioner.dashboards.queries import (
    Amounts,
    an_hour,
    bars_by,
    distinct,
    distinct_before,
    of,
    or_proven_zero,
    plan_limits,
    projected_month,
    share,
    top_by,
    total,
    total_before,
    total_by,
)

BARS_WHY = (
    "Each bar holds what was spent between its start and the next. Bars add up to the total when "
    "the range starts on a bar, as the quick ranges do; totals beside them are always exact."
)
CACHE_LEVELS = (
    Level(at=0, tone=Tone.BAD),
    Level(at=0.3, tone=Tone.WORRYING),
    Level(at=0.6, tone=Tone.GOOD),
)
LIMIT_LEVELS = (
    Level(at=0, tone=Tone.GOOD),
    Level(at=0.8, tone=Tone.WORRYING),
    Level(at=0.95, tone=Tone.BAD),
)
CACHE_READS = of("ledger_tokens", type="cacheRead")
PROMPT_TOKENS = of("ledger_tokens", type=("input", "cacheRead", "cacheCreation"))

_COST = of("ledger_cost_usd")
_TOKENS = of("ledger_tokens")
_LINES = of("ledger_lines")
_ACTIVE = of("ledger_active_seconds")
_SESSION_REQUESTS = of("ledger_session_requests")
_ERRORS = of("ledger_api_requests", outcome="error")
_ANSWERED = of("ledger_api_requests", outcome="ok")


def overview() -> Dashboard:
    """The first board: the chosen range in four numbers, then where it went."""
    return Dashboard(
        name="overview",
        title="Overview",
        question="What did Claude Code cost, and what came of it?",
        annotations=moments(),
        rows=(_totals(), _calendar(), _health(), _cost(), _tokens(), _where(), _plan()),
    )


def _totals() -> Row:
    return Row(
        title="The chosen range, and the one before it",
        panels=(
            Stat(
                title="Active Sessions",
                why="Sessions with at least one successful model request. The panel is empty when "
                "session series are switched off.",
                unit=Unit.COUNT,
                queries=(
                    now(distinct(_SESSION_REQUESTS, "session"), "this range"),
                    now(distinct_before(_SESSION_REQUESTS, "session"), "before"),
                ),
            ),
            Stat(
                title="Total Cost",
                why="What the client says its requests cost, at list prices in US dollars.",
                unit=Unit.USD,
                queries=_with_before(_COST),
            ),
            Stat(
                title="Token Usage",
                why="Tokens of all four types: input, output, cache reads and cache writes.",
                unit=Unit.TOKENS,
                queries=_with_before(_TOKENS),
            ),
            Stat(
                title="Lines of Code",
                why="Lines added plus lines removed by edits. Zero means that the client's "
                "counters arrived and held no edits.",
                unit=Unit.LINES,
                queries=(
                    now(or_proven_zero(total(_LINES), _ACTIVE), "this range"),
                    now(total_before(_LINES), "before"),
                ),
            ),
        ),
    )


def _calendar() -> Row:
    return Row(
        title="The calendar",
        panels=(
            _cost_since("Cost Today", "now/d", "midnight"),
            _cost_since("Cost This Week", "now/w", "the week's first day"),
            _cost_since("Cost This Month", "now/M", "the month's first day"),
            Stat(
                title="Month-end Projection",
                why="What the calendar month comes to if it goes on as it has so far: rough in "
                "its first days. A chosen range of fixed dates is projected instead.",
                unit=Unit.USD,
                since="now/M",
                queries=(now(projected_month(_COST)),),
            ),
        ),
    )


def _health() -> Row:
    return Row(
        title="How it goes",
        panels=(
            Stat(
                title="Burn Rate per Hour",
                why="The range's cost divided by its hours, idle ones among them.",
                unit=Unit.USD_PER_HOUR,
                queries=(now(an_hour(_COST)),),
            ),
            Stat(
                title="Cache Hit Share",
                why="Which part of all that was sent to the model came from the prompt cache: "
                "cache reads of input, cache reads and cache writes. Output does not count.",
                unit=Unit.SHARE,
                levels=CACHE_LEVELS,
                queries=(now(share(CACHE_READS, PROMPT_TOKENS)),),
            ),
            Stat(
                title="API Errors",
                why="Model requests that failed for good, after all retries. Zero means that "
                "requests arrived and none failed.",
                unit=Unit.COUNT,
                levels=(Level(at=0, tone=Tone.GOOD), Level(at=1, tone=Tone.WORRYING)),
                queries=(now(or_proven_zero(total(_ERRORS), _ANSWERED)),),
            ),
            problems("Stack Health", board="health"),
        ),
    )


def _plan() -> Row:
    return Row(
        title="The plan",
        panels=(
            Stat(
                title="Plan Limits",
                why="Which part of a subscription's five-hour and seven-day limit was used by the "
                "end of the range, as the client told its status line last. That takes a "
                "subscription, and `claude-otel statusline` as the status line. A limit is shown "
                "until it starts anew: how much of the next is used is not known until told.",
                unit=Unit.SHARE,
                levels=LIMIT_LEVELS,
                empty="No limit told. On a subscription? Make claude-otel statusline the status "
                "line of Claude Code",
                queries=(now(plan_limits(), "{{window}} {{user}}"),),
            ),
        ),
    )


def _cost() -> Row:
    return Row(
        title="Cost",
        panels=(
            Bars(
                title="Cost by Model",
                why=BARS_WHY,
                unit=Unit.USD,
                queries=(over_time(bars_by(_COST, "model"), "{{model}}"),),
            ),
            Stat(
                title="Total Cost by Model",
                why="The chosen range's cost of each model, the dearest first.",
                unit=Unit.USD,
                queries=(now(total_by(_COST, "model"), "{{model}}"),),
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
            Stat(
                title="Total Tokens by Type",
                why="The chosen range's tokens of each type; input excludes what came from or "
                "went to the cache.",
                unit=Unit.TOKENS,
                queries=(now(total_by(_TOKENS, "type"), "{{type}}"),),
            ),
        ),
    )


def _where() -> Row:
    dearest = top_by(5, of("ledger_session_cost_usd"), *SESSION_KEYS)
    return Row(
        title="Where it went",
        panels=(
            Ranking(
                title="Cost by Project",
                why="The ten dearest projects of the range.",
                unit=Unit.USD,
                queries=(now(top_by(10, _COST, "project"), "{{project}}"),),
            ),
            Table(
                title="Dearest Sessions",
                why="The five sessions that cost most in the range; a click on one tells its "
                "story, over the part of the range in which it was. Empty when session series are "
                "switched off.",
                keys=session_keys(),
                columns=(
                    Column(title="Cost", unit=Unit.USD, query=now(dearest)),
                    *session_time(dearest),
                ),
            ),
        ),
    )


def _cost_since(title: str, since: str, words: str) -> Stat:
    return Stat(
        title=title,
        why=f"Cost since {words}, whatever relative range is chosen; a chosen range of fixed "
        "dates is shown instead.",
        unit=Unit.USD,
        since=since,
        queries=(now(total(_COST)),),
    )


def _with_before(amounts: Amounts) -> tuple[Query, ...]:
    return (now(total(amounts), "this range"), now(total_before(amounts), "before"))
