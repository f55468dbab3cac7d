"""How is a stack filled with months of invented work, quickly?

Amounts become blocks of Prometheus, events are handed to Loki. Afterwards both engines are
restarted, so that they read from disk, and the cost is asked for: it has to be what was invented.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from bench.binaries import binaries_of
from bench.blocks import Blocks
from bench.crowd import copied_events, crowd_of
from provisioner.demo.days import Invention, invented_days
from provisioner.demo.stack import EXPORT_MS, INGEST_SOURCE
from provisioner.history import write_events
from provisioner.ledger import ledger
from provisioner.normalise import Teller
from provisioner.records import Record
from provisioner.runtime.model import Report, silent
from tests.stack.stacks import TestStack

EAGERNESS = 2.4
"""About 300 requests and 1,500 events for each developer and working day."""

RELATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """How many people work for how many days, up to when; how many of the days Loki has."""

    developers: int
    days: int
    event_days: int
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What a person has clicked: texts by the names of variables, and when its session was."""

    texts: Mapping[str, Sequence[str]]
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How much there is, how long it took to write, and something to look at closely."""

    amounts: int
    events: int
    seconds: float
    picked: Picked


def fill(stack: TestStack, months: Months, report: Report) -> Filled:
    """Write the months into a running stack."""
    began = time.monotonic()
    crowd = crowd_of(months.developers)
    wanted = Invention(end=months.end, days=months.days, people=crowd.team, eagerness=EAGERNESS)
    picked: Picked | None = None
    events, cost = 0, 0.0
    data, promtool = stack.home / "data" / "prometheus", binaries_of(stack)["promtool"]
    with Blocks(data, promtool, crowd.copies) as blocks:
        for number, records in enumerate(invented_days(wanted), 1):
            report(f"{number} of {months.days} days, {events:,} events")
            teller = Teller()
            blocks.add(ledger(records, teller, step_ms=EXPORT_MS))
            cost += crowd.copies * _cost_of(records)
            if number > months.days - months.event_days:
                told = copied_events(records, crowd.copies)
                events += write_events(stack.stores, told, teller, INGEST_SOURCE, silent)
                picked = _pick(records) or picked
        report("waiting for the last block of amounts")
    if picked is None:
        raise click.ClickException("nobody has prompted anything in these days")
    stack.succeed("restart", "prometheus", "loki")
    _check(stack, months, cost)
    seconds = time.monotonic() - began
    return Filled(amounts=blocks.amounts, events=events, seconds=seconds, picked=picked)


def _cost_of(records: Sequence[Record]) -> float:
    asked = (record.attributes for record in records if record.name == "api_request")
    return sum(float(said["cost_usd"]) for said in asked)


def _pick(records: Sequence[Record]) -> Picked | None:
    """What a person would have clicked: the last prompt and its session."""
    prompts = [record for record in records if record.name == "user_prompt"]
    if not prompts:
        return None
    said = prompts[-1].attributes
    session = said["session.id"]
    times = [each.at_ns / 1e9 for each in records if each.attributes.get("session.id") == session]
    texts = {name: [str(said[f"{name}.id"])] for name in ("session", "prompt")}
    return Picked(texts=texts, start=min(times), end=max(times))


def _check(stack: TestStack, months: Months, cost: float) -> None:
    """All that was invented has to be there."""
    query = f"sum(sum_over_time(ledger_cost_usd[{months.days + 1}d]))"
    found = stack.prometheus.total(query)
    if abs(found - cost) > RELATIVE_TOLERANCE * cost:
        raise click.ClickException(f"the ledger has ${found:.2f}, and ${cost:.2f} was written")
