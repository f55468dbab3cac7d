"""How much of the disk does a request take in Prometheus, when all is in compacted blocks?

Developers work for eight hours on each working day, by the clock, and export every five seconds.
What the ledger makes of it is filled in as history.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from bench.load.engines import MEGABYTE
from bench.load.figures import table
from bench.load.lone_prometheus import LonePrometheus, lone_prometheus
from bench.load.people import DAY_HOURS, HOUR_SECONDS, told_until
from bench.stack import own_stack
from provisioner.demo.stack import EXPORT_MS
from provisioner.history import write_amounts
from provisioner.ledger import ledger
from provisioner.normalise import Teller
from provisioner.records import Record
from provisioner.runtime.model import Report, silent

BILLION = 10**9
DAY_SECONDS = 86_400
WORK_SECONDS = DAY_HOURS * HOUR_SECONDS
BEGIN_SECONDS = 9 * HOUR_SECONDS
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """How many developers work on how many days, up to yesterday; 64 are a quarter of a year."""

    cases: Sequence[tuple[int, int]] = ((1, 64), (100, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much was in a history, and what it took of the disk.

    `head_bytes` is what stood in logs and in the head before the last of it was put into blocks.
    """

    developers: int
    days: int
    requests: int
    found: int
    written: int
    samples: int
    head_bytes: int
    block_bytes: int
    blocks: int


def blocks(wanted: Blocks, console: Console, report: Report) -> list[str]:
    """Measure it; gives sentences about what went wrong."""
    kept = []
    with own_stack(report) as stack:
        # Its Prometheus has shown how it is run; from here on, another one has its port.
        stack.succeed("down")
        for developers, days in wanted.cases:
            with lone_prometheus(stack, stack.root.parent / f"history-{developers}") as alone:
                kept.append(_filled(alone, developers, days, report))
    console.print(_table(kept))
    return [
        f"blocks: of {each.requests:,} requests, Prometheus has {each.found:,}, and of "
        f"{each.written:,} samples, {each.samples:,} are in blocks"
        for each in kept
        if (each.found, each.samples) != (each.requests, each.written)
    ]


def working_days(days: int, now: datetime) -> list[datetime]:
    """The beginnings of the last so many working days before today, oldest first."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    before = (today - timedelta(days=each) for each in itertools.count(1))
    found = (each for each in before if each.weekday() < SATURDAY)
    return list(itertools.islice(found, days))[::-1]


def _filled(alone: LonePrometheus, developers: int, days: int, report: Report) -> Kept:
    requests = written = 0
    dates = working_days(days, datetime.now(tz=UTC))
    ends = [(number + 1) * WORK_SECONDS for number in range(len(dates))]
    told = [told_until(each, ends) for each in range(developers)]
    for number, date in enumerate(dates):
        for each in told:
            records = list(_on(date, number, next(each)))
            requests += sum(record.name == "api_request" for record in records)
            amounts = ledger(records, Teller(), step_ms=EXPORT_MS)
            written += write_amounts(alone.stores, amounts, silent)
        report(f"{number + 1} of {len(dates)} working days of {developers:,} developers")
    head = alone.head_bytes
    alone.compact(report)
    span = _days_since(dates)
    found = alone.api.total(f"sum(sum_over_time(ledger_api_requests{{outcome='ok'}}[{span}d]))")
    return Kept(
        developers=developers,
        days=days,
        requests=requests,
        found=round(found),
        written=written,
        samples=alone.samples,
        head_bytes=head,
        block_bytes=alone.block_bytes,
        blocks=alone.blocks,
    )


def _days_since(dates: Sequence[datetime]) -> int:
    """So many days back from now all of them begin."""
    return int((time.time() - dates[0].timestamp()) // DAY_SECONDS) + 1


def _on(date: datetime, number: int, records: Sequence[Record]) -> Iterator[Record]:
    """The records of a day's work, on that day."""
    shift_ns = round(date.timestamp() + BEGIN_SECONDS - number * WORK_SECONDS) * BILLION
    return (replace(each, at_ns=each.at_ns + shift_ns) for each in records)


def _table(kept: Sequence[Kept]) -> Table:
    found = table(
        "blocks: Prometheus on disk",
        "developers",
        "working days",
        "requests",
        "samples a request",
        "in logs and head at first, MB",
        "in blocks, MB",
        "bytes/request",
        "bytes/sample",
        "blocks",
    )
    for each in kept:
        found.add_row(
            f"{each.developers:,}",
            f"{each.days}",
            f"{each.requests:,}",
            f"{each.samples / each.requests:.1f}",
            f"{each.head_bytes / MEGABYTE:.1f}",
            f"{each.block_bytes / MEGABYTE:.1f}",
            f"{each.block_bytes / each.requests:,.0f}",
            f"{each.block_bytes / each.samples:.2f}",
            f"{each.blocks}",
        )
    return found
