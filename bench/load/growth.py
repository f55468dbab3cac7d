"""How does what the stack takes grow with the developers who use it?

Each number of developers has a stack of its own, and two parts. In the first, a working day is told
in a minute: all of its events and requests to the API, in as many sessions, series and streams as
the day has. Only the clock runs faster, so what a client would export in many requests it exports
in few. The second goes on in real time, exactly as developers' clients would, while the day is in
the stores: what the door takes to answer then, and what the engines take of the machine.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.disk import allocated_bytes, head_bytes
from bench.load.arrival import Arrival, arrival
from bench.load.batches import BUILD_SECONDS, Batch
from bench.load.deliver import Delivered, deliver, joined
from bench.load.engines import GENERATOR, Watch, watching
from bench.load.figures import is_within, milliseconds, table
from bench.load.people import DAY_HOURS, EVENTS_A_DAY, HOUR_SECONDS, told_until
from bench.load.result import seen_at, verdict
from bench.load.schedule import EXPORT_SECONDS, Schedule, by_lane, intervals_in
from bench.stack import own_stack
from provisioner.records import Record
from provisioner.runtime.model import Report
from tests.stack.stacks import TestStack

BAR_BYTES = 400.0
LANES = 64

MOST_WAIT = 5
"""So many times as long as wanted a part may take, if the door refuses."""

Portions = Iterator[Sequence[Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Which numbers of developers; how fast a day is told, and for how long it goes on then.

    With so many developers that their day has more than `most_events`, less of a day is told.
    """

    developers: Sequence[int] = (1, 10, 100, 1000)
    most_events: int = 200_000
    rate: float = 2_500.0
    least_seconds: float = 30.0
    real_seconds: float = 30.0

    def hours(self, developers: int) -> float:
        """How much of a day is told."""
        return min(DAY_HOURS, DAY_HOURS * self.most_events / (EVENTS_A_DAY * developers))

    def events(self, developers: int) -> float:
        """How many events that is, about."""
        return developers * EVENTS_A_DAY * self.hours(developers) / DAY_HOURS

    def seconds(self, developers: int) -> float:
        """In how many seconds."""
        return max(self.least_seconds, self.events(developers) / self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one number of developers did to a stack of its own."""

    developers: int
    hours: float
    day: Delivered
    real: Delivered
    real_span: tuple[float, float]
    arrivals: tuple[Arrival, Arrival]
    watch: Watch
    series: Mapping[str, float]
    head_bytes: int
    loki_bytes: int

    @property
    def all(self) -> Delivered:
        return joined(self.day, self.real)

    @property
    def api_requests(self) -> float:
        truth = self.all.truth
        return sum(count for key, count in truth.items() if key[::2] == ("events", "api_request"))


def growth(wanted: Growth, console: Console, report: Report) -> list[str]:
    """Measure each step; gives sentences about what went wrong."""
    steps = [_step(wanted, developers, report) for developers in wanted.developers]
    console.print(_day(steps), _stores(steps), _real(wanted, steps))
    console.print(_engines(steps))
    return [
        sentence
        for each in steps
        for sentence in verdict(f"growth, {each.developers:,}", each.all, each.arrivals[-1])
    ]


def _step(wanted: Growth, developers: int, report: Report) -> Step:
    with own_stack(report) as stack:
        told = [_told(wanted, developers, each) for each in range(developers)]
        with watching(stack) as watch:
            lanes = _written(told, wanted.seconds(developers), wanted.events(developers), report)
            day = _delivered(stack, lanes, developers, wanted.seconds(developers), report)
            day_there = arrival(stack, day, watch, report)
            lanes = _written(told, wanted.real_seconds, 0, report)
            began = watch.look().at
            real = _delivered(stack, lanes, developers, wanted.real_seconds, report)
            # Of few developers, nobody may tell anything; the time is the same.
            time.sleep(max(0.0, began + wanted.real_seconds - time.monotonic()))
            ended = watch.look().at
            real_there = arrival(stack, joined(day, real), watch, report)
        series = _series(stack)
        head_bytes, loki_bytes = _on_disk(stack, report)
    return Step(
        developers=developers,
        hours=wanted.hours(developers),
        day=day,
        real=real,
        real_span=(began, ended),
        arrivals=(day_there, real_there),
        watch=watch,
        series=series,
        head_bytes=head_bytes,
        loki_bytes=loki_bytes,
    )


def _told(wanted: Growth, developers: int, number: int) -> Portions:
    """What one developer exports: the day in large portions, then in those of five seconds."""
    intervals = intervals_in(wanted.seconds(developers))
    day = wanted.hours(developers) * HOUR_SECONDS
    fast = (day * (each + 1) / intervals for each in range(intervals))
    real = (day + EXPORT_SECONDS * (each + 1) for each in itertools.count())
    return told_until(number, itertools.chain(fast, real))


def _written(
    told: Sequence[Portions], seconds: float, events: float, report: Report
) -> list[list[Batch]]:
    """The requests of the next portions of all developers, over so many seconds."""
    report(f"writing what {len(told):,} developers tell")
    schedule = Schedule(clients=len(told), begins=time.time() + events * BUILD_SECONDS)
    parts = (itertools.islice(each, intervals_in(seconds)) for each in told)
    clients = [schedule.exports(number, each) for number, each in enumerate(parts)]
    return [list(lane) for lane in by_lane(clients, LANES)]


def _delivered(
    stack: TestStack, lanes: list[list[Batch]], clients: int, seconds: float, report: Report
) -> Delivered:
    return deliver(lanes, clients, stack.door, most_seconds=MOST_WAIT * seconds, report=report)


def _on_disk(stack: TestStack, report: Report) -> tuple[int, int]:
    """What Prometheus has in its logs and its head, and what Loki has put away."""
    data = stack.home / "data"
    head = head_bytes(data / "prometheus")
    report("restarting Loki, so that it puts away what it has")
    stack.succeed("restart", "loki")
    kept = [each for each in (data / "loki").iterdir() if each.name != "wal"]
    return head, allocated_bytes(kept)


def _series(stack: TestStack) -> Mapping[str, float]:
    """Series of amounts, of the client's own counters, and of all, the stack's own among them."""
    ask = stack.prometheus.total
    return {
        "amounts": ask('count(last_over_time({__name__=~"ledger_.+"}[1h]))'),
        "counters": ask('count(last_over_time({__name__=~"claude_code_.+"}[1h]))'),
        "all": ask('prometheus_tsdb_head_series{job="prometheus"}'),
    }


def _day(steps: Sequence[Step]) -> Table:
    found = table(
        "growth: a working day, told faster",
        "developers",
        "hours of work",
        "in s",
        "events",
        "sessions",
        "events/s",
        "events/request",
        "ack p50, ms",
        "ack p99, ms",
        "lost, twice",
    )
    for step in steps:
        day = step.day
        seconds = day.ended_at - day.began_at
        found.add_row(
            f"{step.developers:,}",
            f"{step.hours:.1f}",
            f"{seconds:.0f}",
            f"{day.events:,}",
            f"{sum(key[0] == 'cost' for key in day.truth):,}",
            f"{day.events / seconds:,.0f}",
            f"{day.events / max(len(day.seconds()), 1):.1f}",
            *milliseconds(day.seconds()),
            step.arrivals[0].lost_and_twice,
        )
    return found


def _real(wanted: Growth, steps: Sequence[Step]) -> Table:
    found = table(
        f"growth: then {wanted.real_seconds:.0f} s in real time",
        "developers",
        "events",
        "events/s",
        "events/request",
        "ack p50, ms",
        "ack p99, ms",
        "lost, twice",
    )
    for step in steps:
        real = step.real
        found.add_row(
            f"{step.developers:,}",
            f"{real.events:,}",
            f"{real.events / wanted.real_seconds:,.1f}",
            f"{real.events / max(len(real.seconds()), 1):.1f}",
            *milliseconds(real.seconds()),
            step.arrivals[1].lost_and_twice,
        )
    return found


def _engines(steps: Sequence[Step]) -> Table:
    names = [each for each in steps[0].watch.names if each != GENERATOR]
    found = table(
        "CPU-s per 1,000 events of the day; share of a core in real time; peak MB",
        "developers",
        *names,
    )
    for step in steps:
        found.add_row(f"{step.developers:,}", *(_took(step, name) for name in names))
    return found


def _took(step: Step, name: str) -> str:
    spent, _ = _cpu(step.watch, name, step.day.began_at, step.arrivals[0].at)
    later, seconds = _cpu(step.watch, name, *step.real_span)
    per_thousand = 1000 * spent / max(step.day.events, 1)
    return f"{per_thousand:.2f}, {later / seconds:.1%}, {step.watch.peak_megabytes(name):.0f}"


def _cpu(watch: Watch, name: str, begin: float, end: float) -> tuple[float, float]:
    """For how long a process kept a core busy between two moments, and how long that was."""
    first, last = seen_at(watch, begin), seen_at(watch, end)
    return last.cpu[name] - first.cpu[name], last.at - first.at


def _stores(steps: Sequence[Step]) -> Table:
    found = table(
        "growth: in the stores",
        "developers",
        "series of amounts",
        "of counters",
        "all in the head",
        "Loki, bytes/event",
        f"the bar: {BAR_BYTES:.0f}",
        "Prometheus' logs and head, MB",
    )
    for step in steps:
        loki = step.loki_bytes / max(step.all.events, 1)
        series = (f"{step.series[name]:,.0f}" for name in ("amounts", "counters", "all"))
        bar, head = is_within(loki, BAR_BYTES), f"{step.head_bytes / 1e6:,.1f}"
        found.add_row(f"{step.developers:,}", *series, f"{loki:,.0f}", bar, head)
    return found
