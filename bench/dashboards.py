"""How fast do the boards answer when many developers have worked for ninety days?

Starts a native stack of its own, fills it with invented work, and has both stores read it from
disk. Then it opens each board as a browser does, through the gateway: what is asked for each panel,
and for the marks, six panels at a time; and it puts every query of every panel to its store alone.
It prints how long a person waits for the last panel of a board, the first time, and when it is
opened again, and the slowest queries. The board Session is opened as from a click in Sessions, over
the session's own time, and once more over the whole range. What Grafana and the browser add is not
in it; what the gateway adds is printed in the end.

Takes the stack away in the end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from bench.filled import Months, Picked, fill
from bench.gateway import gateway_table
from bench.stopping import end_orderly
from provisioner.backends import get
from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.model import ALL, Dashboard
from provisioner.dashboards.panels import Events, Kind, Query, Source
from provisioner.dashboards.queries import runnable
from provisioner.errors import BackendError
from provisioner.progress import showing_progress
from tests.faults.stacks import own_stack
from tests.stack.stacks import TestStack

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
MOST_BARS = 60
STEPS = {
    25 * 60: 20 * 60,
    45 * 60: 30 * 60,
    90 * 60: 3600,
    150 * 60: 2 * 3600,
    270 * 60: 3 * 3600,
    9 * 3600: 6 * 3600,
    DAY_SECONDS: 12 * 3600,
    7 * DAY_SECONDS: DAY_SECONDS,
}
"""What Grafana makes of a step: below the one, it is the other."""

CONNECTIONS = 6
"""So many requests to one host a browser has under way; Grafana sends one for each panel."""

OF_MARKS = 1000
"""The most lines that Grafana asks for where no panel says it: the data source's setting."""

SLOWEST = 10
SLOW_QUERY_SECONDS = 0.5
SLOW_QUERY_OF_MANY_SECONDS = 3.0
FEW_DEVELOPERS = 10
SLOW_BOARD_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one query of a panel took; `failure` says why it has no answer."""

    board: str
    panel: str
    query: Query
    seconds: float
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Somebody who looks at boards over a time, at one session or prompt where asked."""

    stack: TestStack
    start: float
    end: float
    picked: Picked

    def opened(self, board: Dashboard) -> float:
        """How long it takes until a board has all its answers."""
        marks = [(each.query,) for each in board.annotations if each.is_shown]
        asked = [*marks, *(panel.questions for panel in board.panels())]
        started = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as browser:
            list(browser.map(lambda queries: [self.timed(board, each) for each in queries], asked))
        return time.monotonic() - started

    def timed(self, board: Dashboard, query: Query) -> tuple[float, str]:
        """How long a query of a board takes, and why it has no answer."""
        path, params = self.asked(board, query)
        store = self.stack.prometheus if query.source is Source.PROMETHEUS else self.stack.loki
        started = time.monotonic()
        failure = ""
        try:
            get(store.url + path, params)
        except BackendError as error:
            failure = error.reason
        return time.monotonic() - started, failure

    def asked(self, board: Dashboard, query: Query) -> tuple[str, dict[str, str]]:
        """The path and parameters with which Grafana asks a store."""
        length = self.end - self.start
        step = next(step for limit, step in STEPS.items() if length / MOST_BARS < limit)
        # Bars are aligned to their step, as Grafana does it.
        first, last = (at // step * step for at in (self.start, self.end))
        expr = runnable(query.expr, int(length), step, self._texts(board), first)
        api = "/api/v1" if query.source is Source.PROMETHEUS else "/loki/api/v1"
        span = {"query": expr, "start": f"{first:.0f}", "end": f"{last:.0f}"}
        match query.kind:
            case Kind.INSTANT:
                return f"{api}/query", {"query": expr, "time": f"{self.end:.0f}"}
            case Kind.RANGE:
                return f"{api}/query_range", {**span, "step": f"{step}s"}
            case Kind.EVENTS:
                newest = {"end": f"{self.end:.0f}", "limit": f"{_most(board, query)}"}
                return f"{api}/query_range", {**span, **newest, "direction": "backward"}

    def _texts(self, board: Dashboard) -> dict[str, Sequence[str]]:
        """Texts that a board cannot be without: it was opened from a link that fills them in."""
        needed = (text.name for text in board.texts if text.default != ALL)
        return {name: self.picked.texts[name] for name in needed}


def _most(board: Dashboard, query: Query) -> int:
    """How many lines Grafana asks for."""
    panels = (panel for panel in board.panels() if isinstance(panel, Events))
    return next((panel.most for panel in panels if panel.query == query), OF_MARKS)


@click.command()
@click.option("--developers", default=10, show_default=True, help="How many; above 10, by tens.")
@click.option("--days", default=90, show_default=True, help="For how long they have worked.")
@click.option("--event-days", default=90, show_default=True, help="So many last days Loki has.")
@click.option("--ranges", default="90,30,7,1", show_default=True, help="Days to ask for.")
@click.option("--repeat", default=3, show_default=True, help="How often each is asked.")
def main(*, developers: int, days: int, event_days: int, ranges: str, repeat: int) -> None:
    """Fill a stack with invented work, time every query of every panel, and open every board."""
    end_orderly()
    console = Console(width=140)
    end = datetime.now(tz=UTC).astimezone().replace(microsecond=0)
    months = Months(developers=developers, days=days, event_days=event_days, end=end)
    bar = SLOW_QUERY_SECONDS if developers <= FEW_DEVELOPERS else SLOW_QUERY_OF_MANY_SECONDS
    slow = 0
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder)) as stack:
        with showing_progress() as report:
            filled = fill(stack, months, report)
        console.print(
            f"{developers} developers, {days} days: {filled.amounts:,} amounts, {filled.events:,} "
            f"events of the last {min(event_days, days)} days, written in {filled.seconds:.0f} s"
        )
        for asked in (int(each) for each in ranges.split(",")):
            start = end.timestamp() - asked * DAY_SECONDS
            looker = Looker(stack=stack, start=start, end=end.timestamp(), picked=filled.picked)
            # Boards first: afterwards everything has been read from disk.
            report_boards(looker, asked, repeat, console)
            slow += report_queries(list(timings(looker, repeat)), asked, bar, console)
        console.print(gateway_table(stack))
    sys.exit(int(slow > 0))


def timings(looker: Looker, repeat: int) -> Iterator[Timing]:
    """Every query of every panel, alone."""
    for board in DASHBOARDS:
        for panel, query in board.queries():
            seconds, failure = looker.timed(board, query)
            taken = [seconds]
            # What has no answer in time is not asked for again.
            while not failure and len(taken) < repeat:
                seconds, failure = looker.timed(board, query)
                taken.append(seconds)
            middle = median(taken)
            yield Timing(
                board=board.title, panel=panel, query=query, seconds=middle, failure=failure
            )


def report_queries(found: list[Timing], days: int, bar: float, console: Console) -> int:
    """The slowest queries of each store, and how many to Prometheus are too slow or fail."""
    for store in Source:
        asked = [each for each in found if each.query.source is store]
        slowest = sorted(asked, key=lambda timing: timing.seconds, reverse=True)[:SLOWEST]
        title = f"slowest of {store.value}, {days} days"
        panels = Table("board", "panel", "kind", "seconds", "", title=title)
        for each in slowest:
            kind = each.query.kind.value
            panels.add_row(each.board, each.panel, kind, f"{each.seconds:.3f}", each.failure[:40])
        console.print(panels)
    asked = [each for each in found if each.query.source is Source.PROMETHEUS]
    over = sum(each.seconds >= bar or each.failure != "" for each in asked)
    console.print(f"{over} of {len(asked)} Prometheus queries at or over the bar of {bar} s")
    return over


def report_boards(looker: Looker, days: int, repeat: int, console: Console) -> None:
    """How long each board takes: the first time, and again."""
    boards = Table("board", "panels", "first", "again", title=f"boards, {days} days")
    for board in DASHBOARDS:
        visits = {board.title: looker}
        if not board.is_listed:
            visits = {board.title: _clicked(looker), f"{board.title}, over the whole range": looker}
        for title, each in visits.items():
            first, *again = (each.opened(board) for _ in range(max(repeat, 2)))
            panels = str(len(list(board.panels())))
            boards.add_row(title, panels, f"{first:.2f}", f"{median(again):.2f}")
    console.print(boards)
    console.print(f"the bar: {SLOW_BOARD_SECONDS:.0f} s")


def _clicked(looker: Looker) -> Looker:
    """Over the session's own time: the steps of the range in which it was, and an hour around."""
    length = (looker.end - looker.start) / MOST_BARS
    step = next(step for limit, step in STEPS.items() if length < limit)
    start = looker.picked.start // step * step - HOUR_SECONDS
    end = min(looker.picked.end // step * step + step, looker.end) + HOUR_SECONDS
    return replace(looker, start=start, end=end)


if __name__ == "__main__":
    sys.exit(main())
