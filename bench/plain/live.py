"""What do the copied configuration and our stack make of the same live work, at what cost?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from bench.binaries import binaries_of
from bench.plain.clients import Work
from bench.plain.copied import SCRAPE_SECONDS, Copied, copied
from bench.plain.cost import Cost, costs, measuring
from bench.plain.counters import Temporality
from bench.plain.offer import Taker, offer
from bench.plain.totals import Totals, of_amounts, of_counters, of_entries, truth_of
from provisioner.runtime.model import Report
from tests.faults.engines import processes
from tests.stack.runs import pass_marker
from tests.stack.stacks import TestStack

OURS, DELTA, CUMULATIVE = "ours", "plain", "plain, cumulative clients"
PLAIN: Mapping[str, Temporality] = {DELTA: "delta", CUMULATIVE: "cumulative"}
FROM_LOKI = "plain, its Loki"

IDLE_SECONDS = 60
SETTLE_SECONDS = 3 * SCRAPE_SECONDS
MARGIN_SECONDS = 60
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was really spent, what was found of it by who was asked, and what each stack used."""

    truth: Totals
    totals: Mapping[str, Totals]
    costs: Mapping[str, Mapping[str, Cost]]


def compare_live(stack: TestStack, folder: Path, work: Work, report: Report) -> Outcome:
    """Offer the work to our stack and to the copied one, once for each temporality; ask them."""
    binaries = binaries_of(stack)
    with ExitStack() as running:
        plain = {}
        for name in PLAIN:
            report(f"starting the copied configuration ({name})")
            plain[name] = running.enter_context(copied(folder / PLAIN[name], binaries))
        stacks = {OURS: processes(stack)} | {name: each.pids for name, each in plain.items()}
        with measuring(stacks) as idle:
            _wait(IDLE_SECONDS, "s of idleness", report)
        began = time.time()
        with measuring(stacks) as busy:
            offer(work.exports, _takers(stack, plain), report)
            # Until Prometheus has scraped the last of it, and our queues are empty.
            _wait(SETTLE_SECONDS, "s to settle", report)
        used = {
            name: costs(pids, idle, busy, name, work.truth.events) for name, pids in stacks.items()
        }
        pass_marker(stack)
        totals = _totals(stack, plain, int(time.time() - began) + MARGIN_SECONDS)
    return Outcome(truth=truth_of(work.truth), totals=totals, costs=used)


def check_ours(outcome: Outcome) -> None:
    """Ours has to be the truth; the copied configuration is only shown."""
    for name, true in outcome.truth.items():
        found = outcome.totals[OURS][name]
        if abs(found - true) > TOLERANCE * true:
            raise click.ClickException(f"{name}: our stack has {found!r}, and {true!r} was told")


def _takers(stack: TestStack, plain: Mapping[str, Copied]) -> list[Taker]:
    own = Taker(name=OURS, door=stack.door, temporality="delta")
    others = (
        Taker(name=name, door=plain[name].door, temporality=temporality)
        for name, temporality in PLAIN.items()
    )
    return [own, *others]


def _totals(stack: TestStack, plain: Mapping[str, Copied], seconds: int) -> dict[str, Totals]:
    counted = {name: of_counters(each.prometheus, seconds) for name, each in plain.items()}
    own = {OURS: of_amounts(stack.prometheus, seconds)}
    return own | counted | {FROM_LOKI: of_entries(plain[DELTA], seconds)}


def _wait(seconds: int, what: str, report: Report) -> None:
    for passed in range(seconds):
        report(f"{passed} of {seconds} {what}")
        time.sleep(1)
