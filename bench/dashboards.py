"""How fast do the boards answer when ten developers have worked for ninety days?

Starts a native stack of its own, fills it with invented work, puts every query of every panel to
it as Grafana would, prints the slowest and each board's total, and takes the stack away.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from provisioner.backends import get
from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.model import ALL, Dashboard
from provisioner.dashboards.panels import Kind, Query, Source
from provisioner.dashboards.queries import runnable
from provisioner.demo.days import Invention, invented_days
from provisioner.demo.stack import write_day
from provisioner.errors import BackendError
from provisioner.history import Stores
from provisioner.records import Record
from tests.stack.stacks import TestStack, prepare_stack

DAY_SECONDS = 86_400
EAGERNESS = 2.4
"""About 300 requests and 1,500 events for each developer and working day."""

MOST_BARS = 60
MOST_EVENTS = 200
STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800)
"""The steps that Grafana rounds to; the boards draw at most so many bars and events."""

Picked = dict[str, list[str]]
"""Values of variables, by their names."""

SLOWEST = 10
SLOW_QUERY_SECONDS = 0.5
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
    """Somebody who looks at boards over the last days, at one session or prompt where asked."""

    stack: TestStack
    days: int
    end: float
    picked: Picked

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
        length = self.days * DAY_SECONDS
        step = next(each for each in STEPS if each >= length / MOST_BARS)
        # Bars are aligned to their step, as Grafana does it.
        last = self.end // step * step
        expr = runnable(query.expr, length, step, self._texts(board), last - length)
        api = "/api/v1" if query.source is Source.PROMETHEUS else "/loki/api/v1"
        span = {"query": expr, "start": f"{last - length:.0f}", "end": f"{last:.0f}"}
        match query.kind:
            case Kind.INSTANT:
                return f"{api}/query", {"query": expr, "time": f"{self.end:.0f}"}
            case Kind.RANGE:
                return f"{api}/query_range", {**span, "step": f"{step}s"}
            case Kind.EVENTS:
                newest = {"end": f"{self.end:.0f}", "limit": f"{MOST_EVENTS}"}
                return f"{api}/query_range", {**span, **newest, "direction": "backward"}

    def _texts(self, board: Dashboard) -> Picked:
        """Texts that a board cannot be without: it was opened from a link that fills them in."""
        needed = (text.name for text in board.texts if text.default != ALL)
        return {name: self.picked[name] for name in needed}


@click.command()
@click.option("--developers", default=10, show_default=True, help="How many work.")
@click.option("--days", default=90, show_default=True, help="For how long they have worked.")
@click.option("--ranges", default="90,30,7,1", show_default=True, help="Days to ask for.")
@click.option("--repeat", default=3, show_default=True, help="How often each query is asked.")
def main(developers: int, days: int, ranges: str, repeat: int) -> None:
    """Fill a stack with invented work and time every query of every panel."""
    console = Console(width=140)
    end = datetime.now(tz=UTC).astimezone().replace(microsecond=0)
    wanted = Invention(end=end, days=days, people=developers, eagerness=EAGERNESS)
    with tempfile.TemporaryDirectory() as folder:
        stack = prepare_stack(Path(folder), "native")
        try:
            stack.succeed("up")
            picked = fill(stack, wanted, console)
            for asked in (int(each) for each in ranges.split(",")):
                looker = Looker(stack=stack, days=asked, end=end.timestamp(), picked=picked)
                report(list(timings(looker, repeat)), asked, console)
        finally:
            stack.succeed("clean", "--yes")


def fill(stack: TestStack, wanted: Invention, console: Console) -> Picked:
    """Load the invented days, saying how it goes; a session and a prompt to look at closely."""
    stores = Stores(prometheus_url=stack.prometheus.url, loki_url=stack.loki.url)
    started = time.monotonic()
    samples = events = 0
    picked: Picked = {}
    for number, records in enumerate(invented_days(wanted), 1):
        written = write_day(stores, records)
        samples, events = samples + written.amounts, events + written.events
        picked = _pick(records) or picked
        if number % 10 == 0 or number == wanted.days:
            seconds = time.monotonic() - started
            console.print(f"day {number}: {samples:,} amounts, {events:,} events, {seconds:.0f} s")
    return picked


def _pick(records: Iterable[Record]) -> Picked:
    """The texts that a person would have clicked: those of the last prompt."""
    found: Picked = {}
    for record in records:
        if record.name == "user_prompt":
            attributes = record.attributes
            found = {name: [str(attributes[f"{name}.id"])] for name in ("session", "prompt")}
    return found


def timings(looker: Looker, repeat: int) -> Iterator[Timing]:
    """Every query of every panel over the last days."""
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


def report(found: list[Timing], days: int, console: Console) -> None:
    """The slowest panels, and each board's total."""
    slowest = sorted(found, key=lambda timing: timing.seconds, reverse=True)[:SLOWEST]
    panels = Table("board", "panel", "store", "kind", "seconds", "", title=f"slowest, {days} days")
    for each in slowest:
        store, kind = each.query.source.value, each.query.kind.value
        panels.add_row(
            each.board, each.panel, store, kind, f"{each.seconds:.3f}", each.failure[:40]
        )
    console.print(panels)
    boards = Table("board", "queries", "Prometheus", "Loki", "total", title=f"boards, {days} days")
    for board in DASHBOARDS:
        own = [each for each in found if each.board == board.title]
        sums = [_sum(own, source) for source in (Source.PROMETHEUS, Source.LOKI)]
        texts = [f"{seconds:.2f}" for seconds in (*sums, sum(sums))]
        boards.add_row(board.title, str(len(own)), *texts)
    console.print(boards)
    slow = [each for each in found if each.query.source is Source.PROMETHEUS]
    over = sum(each.seconds >= SLOW_QUERY_SECONDS for each in slow)
    console.print(f"{over} of {len(slow)} Prometheus queries at or over {SLOW_QUERY_SECONDS} s")


def _sum(found: Iterable[Timing], source: Source) -> float:
    return sum(each.seconds for each in found if each.query.source is source)


if __name__ == "__main__":
    sys.exit(main())
