"""Is the stack well: does it take everything in, pass it on, and have room for more?"""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.boards.health_rows import each_step, engines, queues, room
from provisioner.dashboards.boards.moments import RESTART_MARKS
from provisioner.dashboards.model import Dashboard, Row
from provisioner.dashboards.panels import Column, Key, Level, Lines, Stat, Table, Tone, Unit

_NOTHING_TOLD = "Nothing told in this range. Is the stack up? claude-otel status"
_NONE_IS_GOOD = (Level(at=0, tone=Tone.GOOD), Level(at=1, tone=Tone.BAD))


def health() -> Dashboard:
    """The stack itself; nothing on it is anybody's use of Claude Code, so no filter applies."""
    return Dashboard(
        name="health",
        title="Stack Health",
        question="Is the stack well: does it take everything in, pass it on, and have room?",
        variables=(),
        annotations=RESTART_MARKS,
        start="now-6h/h",
        rows=(_now(), _alerts(), _flow(), queues(), room(), engines()),
        empty=_NOTHING_TOLD,
    )


def problems(title: str, *, board: str = "") -> Stat:
    """The tile that says all in one number, here and on Overview."""
    return Stat(
        title=title,
        why="Engines that Prometheus did not reach at the end of the range, and alerts that fired. "
        "docs/runbook.md has a heading for each alert.",
        unit=Unit.PROBLEMS,
        levels=_NONE_IS_GOOD,
        words={0: "all well", 1: "1 problem"},
        empty=_NOTHING_TOLD,
        board=board,
        queries=(now("sum(stack:problems)"),),
    )


def _now() -> Row:
    return Row(
        title="At the end of the range",
        panels=(
            problems("Problems"),
            Stat(
                title="Engines",
                why="Whether Prometheus reached each engine. That Prometheus is down it cannot say "
                "itself: then nothing is told at all.",
                unit=Unit.COUNT,
                levels=(Level(at=0, tone=Tone.BAD), Level(at=1, tone=Tone.GOOD)),
                words={0: "down", 1: "up"},
                queries=(now("sort_desc(max by (job) (up))", "{{job}}"),),
            ),
            _refused(),
            _dropped(),
            _lag(),
        ),
    )


def _refused() -> Stat:
    return Stat(
        title="Refused Requests",
        why="Requests that the collector answered with an error in the last ten minutes of "
        "the range. Clients repeat some of them and drop others.",
        unit=Unit.COUNT,
        levels=_NONE_IS_GOOD,
        queries=(now(_or_none("stack:refused_requests:increase10m")),),
    )


def _dropped() -> Stat:
    return Stat(
        title="Dropped Records",
        why="Records that a store refused for good in the last hour of the range: they are "
        "missing in one of the books, or in both.",
        unit=Unit.COUNT,
        levels=_NONE_IS_GOOD,
        queries=(now(_or_none("stack:dropped_records:increase1h")),),
    )


def _lag() -> Stat:
    return Stat(
        title="Arrival Lag",
        why="How old events were when they reached Loki, on average over the last five "
        "minutes of the range. Clients hold them for some seconds.",
        unit=Unit.SECONDS,
        levels=(
            Level(at=0, tone=Tone.GOOD),
            Level(at=30, tone=Tone.WORRYING),
            Level(at=60, tone=Tone.BAD),
        ),
        empty="No event came in the last five minutes of the range",
        queries=(now("sum(stack:arrival_lag_seconds)"),),
    )


def _alerts() -> Row:
    return Row(
        title="Alerts",
        panels=(
            Table(
                title="Firing Alerts",
                why="What fires at the end of the range, and for how long. Nothing here: nothing "
                "fires. docs/runbook.md has a heading for each alert. Nobody is notified yet.",
                height=8,
                keys=(
                    Key(label="alertname", title="Alert"),
                    Key(label="severity", title="Severity"),
                    Key(label="about", title="About"),
                ),
                columns=(
                    Column(
                        title="For",
                        unit=Unit.SECONDS,
                        query=now(
                            "max by (alertname, severity, about) (stack:alert:firing_seconds)"
                        ),
                    ),
                ),
            ),
            Lines(
                title="Problems over Time",
                why="The most problems that there were at once in each step.",
                unit=Unit.COUNT,
                height=8,
                queries=(over_time("max(max_over_time(stack:problems[$__interval]))"),),
            ),
        ),
    )


def _flow() -> Row:
    return Row(
        title="In and out",
        panels=(
            Lines(
                title="Taken In",
                why="Records a second that clients handed over: events, and data points of "
                "counters. One that stops while the other goes on is a stalled exporter.",
                unit=Unit.PER_SECOND,
                queries=(
                    over_time(
                        each_step("signal", "avg", "stack:door_records:rate1m"), "{{signal}}"
                    ),
                ),
            ),
            Lines(
                title="Written",
                why="Records a second that the stores took: events in Loki, amounts in "
                "Prometheus. An event is many amounts, and those of one batch are summed.",
                unit=Unit.PER_SECOND,
                queries=(
                    over_time(each_step("store", "avg", "stack:store_records:rate1m"), "{{store}}"),
                ),
            ),
        ),
    )


def _or_none(figure: str) -> str:
    """A sum that is zero where the stack was watched and nothing of the kind was seen."""
    return f"round(sum({figure})) or 0 * count(up)"
