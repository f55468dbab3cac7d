"""How fast and how reliable are the model's answers?"""

from __future__ import annotations

from provisioner.dashboards import logql
from provisioner.dashboards.ask import lines, now, now_from_events, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Events,
    Heatmap,
    Key,
    Level,
    Lines,
    Link,
    Reach,
    Stat,
    Table,
    Tone,
    Unit,
)
from provisioner.dashboards.queries import (
    bars_by,
    finished_bars_by,
    mean,
    mean_bars_by,
    mean_by,
    of,
    or_proven_zero,
    quantile_bars_by,
    quantile_by,
    share,
    share_by,
    total,
    total_by,
)
from provisioner.dashboards.readable import readable

SLOWEST = 20

_SECONDS = of("ledger_api_seconds_bucket")
_ANSWERED = of("ledger_api_requests", outcome="ok")
_ERRORS = of("ledger_api_requests", outcome="error")
_REFUSED = of("ledger_api_requests", outcome="refused")
# A refused request was answered too, and is counted among those.
_FINISHED = of("ledger_api_requests", outcome=("ok", "error"))
_OUTPUT = of("ledger_tokens", type="output")
_ALL_SECONDS = of("ledger_api_seconds")
_ERROR_LEVELS = (
    Level(at=0, tone=Tone.GOOD),
    Level(at=0.01, tone=Tone.WORRYING),
    Level(at=0.05, tone=Tone.BAD),
)
_REQUEST = ("request_id", "session_id", "prompt_id", "model", "source", "project")
_PROMPT_LINK = Link(
    board="events", text="prompt", title="Everything of this prompt", reach=Reach.LAST_DAY
)
_SESSION_LINK = Link(
    board="session", text="session", title="The story of this session", reach=Reach.LAST_DAY
)


def performance() -> Dashboard:
    """Durations, errors and refusals of model requests."""
    return Dashboard(
        name="performance",
        title="Performance",
        question="How fast and how reliable are the model's answers?",
        annotations=moments(),
        rows=(_totals(), _durations(), _over_time(), _spread(), _errors(), _slowest()),
    )


def _totals() -> Row:
    return Row(
        title="The chosen range",
        panels=(
            Stat(
                title="Requests",
                why="Model requests that were answered; refusals are among them.",
                unit=Unit.COUNT,
                queries=(now(total(_ANSWERED)),),
            ),
            Stat(
                title="API Error Rate",
                why="Requests that failed for good, after all retries, of all that finished.",
                unit=Unit.SHARE,
                levels=_ERROR_LEVELS,
                queries=(now(or_proven_zero(share(_ERRORS, _FINISHED), _FINISHED)),),
            ),
            Stat(
                title="Refusals",
                why="Answers in which the model refused.",
                unit=Unit.COUNT,
                queries=(now(or_proven_zero(total(_REFUSED), _ANSWERED)),),
            ),
            Stat(
                title="Output Speed",
                why="Output tokens a second of request time: waiting for the first token is in it, "
                "failed attempts are not.",
                unit=Unit.TOKENS_PER_SECOND,
                queries=(now(mean(_OUTPUT, _ALL_SECONDS)),),
            ),
        ),
    )


def _durations() -> Row:
    return Row(
        title="Durations",
        panels=(
            Table(
                title="API Request Duration by Model",
                why="How long answered requests took in the range, failed attempts before them "
                "left out: half, 95 and 99 of 100 were at most this long. Estimates between the "
                "bounds that requests are counted by; above five minutes they say five minutes.",
                height=7,
                keys=(Key(label="model", title="Model"),),
                columns=_of_models(),
            ),
        ),
    )


def _over_time() -> Row:
    return Row(
        title="Over time",
        panels=(
            Lines(
                title="p95 Duration over Time",
                why="95 of 100 answered requests of each step took at most this long.",
                unit=Unit.SECONDS,
                queries=(over_time(quantile_bars_by(0.95, _SECONDS, "model"), "{{model}}"),),
            ),
            Lines(
                title="Output Speed over Time",
                why="Output tokens a second of request time in each step.",
                unit=Unit.TOKENS_PER_SECOND,
                queries=(over_time(mean_bars_by(_OUTPUT, _ALL_SECONDS, "model"), "{{model}}"),),
            ),
        ),
    )


def _of_models() -> tuple[Column, ...]:
    return (
        Column(title="Requests", unit=Unit.COUNT, query=now(total_by(_ANSWERED, "model"))),
        *(
            Column(
                title=f"p{round(quantile * 100)}",
                unit=Unit.SECONDS,
                query=now(quantile_by(quantile, _SECONDS, "model")),
            )
            for quantile in (0.5, 0.95, 0.99)
        ),
        Column(
            title="Tokens/s",
            unit=Unit.TOKENS_PER_SECOND,
            query=now(mean_by(_OUTPUT, _ALL_SECONDS, "model")),
        ),
        Column(
            title="Errors",
            unit=Unit.SHARE,
            levels=_ERROR_LEVELS,
            query=now(share_by(_ERRORS, _FINISHED, "model")),
        ),
    )


def _spread() -> Row:
    return Row(
        title="Spread, and errors",
        panels=(
            Heatmap(
                title="API Request Durations",
                why="How many requests of each step took how long; the step that still runs is not "
                "there yet.",
                unit=Unit.COUNT,
                queries=(over_time(finished_bars_by(_SECONDS, "le"), "{{le}}"),),
            ),
            Bars(
                title="API Errors by Status",
                why="Requests that failed for good in each step. Without a status the request got "
                "no answer at all.",
                unit=Unit.COUNT,
                queries=(over_time(bars_by(_ERRORS, "status_code"), "status {{status_code}}"),),
            ),
        ),
    )


def _errors() -> Row:
    return Row(
        title="Errors",
        panels=(
            Events(
                title="Final Errors",
                why="The newest requests that failed for good, with how often they were tried.",
                query=lines(readable("api_error")),
            ),
        ),
    )


def _slowest() -> Row:
    requests = logql.events("api_request")
    return Row(
        title="Slowest",
        panels=(
            Table(
                title="Slowest Requests of the Last Day",
                why="The slowest answered requests of the last 24 hours of the range: a click "
                "leads to everything of the prompt, or of the session, on that day.",
                keys=(
                    Key(label="model", title="Model"),
                    Key(label="source", title="Source"),
                    Key(label="project", title="Project"),
                    Key(label="prompt_id", title="Prompt", link=_PROMPT_LINK, width=140),
                    Key(label="session_id", title="Session", link=_SESSION_LINK, width=140),
                    Key(label="request_id", title="Request", width=140),
                ),
                columns=(
                    Column(
                        title="Took",
                        unit=Unit.SECONDS,
                        query=now_from_events(
                            f"{logql.largest(SLOWEST, requests, 'duration_ms', *_REQUEST)} / 1000"
                        ),
                    ),
                ),
            ),
        ),
    )
