"""How does the stack compare with the configuration that most people copy, in one run?

Simulated developers' work, many short sessions, is handed to our stack and to the copied one, while
it happens, batch by batch in turn. Then each is asked for its totals in its own way. Weeks of work
follow, written into both, and the same questions, timed. Ours has to equal what was really spent,
or the bench fails.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bench.plain.clients import invented_work
from bench.plain.cost import Cost
from bench.plain.live import DELTA, OURS, Outcome, check_ours, compare_live
from bench.plain.past import Past, compare_past
from bench.stopping import end_orderly
from provisioner.progress import showing_progress
from tests.faults.stacks import own_stack


@click.command()
@click.option("--developers", default=100, show_default=True, help="How many work at a time.")
@click.option("--seconds", default=180, show_default=True, help="For how long they do.")
@click.option("--past-developers", default=10, show_default=True, help="How many have worked.")
@click.option("--past-days", default=30, show_default=True, help="For how many days; 0: not asked.")
@click.option("--repeat", default=5, show_default=True, help="How often each question is asked.")
@click.option("--seed", default="plain", show_default=True, help="What is invented.")
def main(  # noqa: PLR0913  one parameter an option
    *, developers: int, seconds: int, past_developers: int, past_days: int, repeat: int, seed: str
) -> None:
    """Hold our stack and the configuration that most people copy against the truth."""
    end_orderly()
    console = Console(width=130)
    work = invented_work(developers, seconds, seed)
    with tempfile.TemporaryDirectory() as folder, showing_progress() as report:
        report("starting our stack")
        with own_stack(Path(folder, "live")) as stack:
            outcome = compare_live(stack, Path(folder, "copied"), work, report)
        told = f"{work.truth.sessions} sessions, {work.truth.events:,} events"
        console.print(_totals(outcome, f"{developers} developers, {told}"), _costs(outcome.costs))
        check_ours(outcome)
        if past_days:
            report("starting our stack anew")
            with own_stack(Path(folder, "past")) as stack:
                past = compare_past(
                    stack,
                    Path(folder, "copied-past"),
                    developers=past_developers,
                    days=past_days,
                    repeat=repeat,
                    report=report,
                )
            console.print(_past(past, f"{past_developers} developers, {past_days} days"))


def _totals(outcome: Outcome, told: str) -> Table:
    """Totals, and their share of the truth."""
    table = Table("", *outcome.truth, title=f"totals: {told}")
    table.add_row("really", *(f"{true:,.2f}" for true in outcome.truth.values()))
    for name, found in outcome.totals.items():
        cells = (
            f"{found[what]:,.2f} ({found[what] / true:.1%})" if what in found else ""
            for what, true in outcome.truth.items()
        )
        table.add_row(name, *cells)
    return table


def _costs(costs: Mapping[str, Mapping[str, Cost]]) -> Table:
    """Processor time and memory of each engine, and of all."""
    names = ("CPU idle, ms a second", "CPU for 1,000 events, ms", "memory, MB")
    table = Table("", "engine", *names, title="what the engines use")
    whole = {name: _sum(each) for name, each in costs.items()}
    for name, engines in costs.items():
        for engine, cost in {**engines, "all": whole[name]}.items():
            cells = (f"{cost.idle_ms:.1f}", f"{cost.busy_ms:,.0f}", f"{cost.megabytes:.0f}")
            table.add_row(name, engine, *cells, end_section=engine == "all")
    ours, plain = whole[OURS], whole[DELTA]
    table.add_row(
        "ours / plain",
        "all",
        f"{ours.idle_ms / plain.idle_ms:.2f}",
        f"{ours.busy_ms / plain.busy_ms:.2f}",
        f"{ours.megabytes / plain.megabytes:.2f}",
    )
    return table


def _sum(costs: Mapping[str, Cost]) -> Cost:
    return Cost(
        idle_ms=sum(cost.idle_ms for cost in costs.values()),
        busy_ms=sum(cost.busy_ms for cost in costs.values()),
        megabytes=sum(cost.megabytes for cost in costs.values()),
    )


def _past(past: Past, told: str) -> Table:
    """Query times, and totals; ours have been held against the truth."""
    ours, theirs = past.samples
    title = f"{told}: {ours:,} amounts (all) in ours, {theirs:,} samples (cost, tokens) in plain"
    table = Table("", "ours, s", "plain, s", "plain / ours", "plain's total / ours", title=title)
    for each in past.answers:
        own, other = each.seconds
        share = each.totals[1] / each.totals[0]
        cells = (f"{own:.3f}", f"{other:.3f}", f"{other / own:.1f}", f"{share:.1%}")
        table.add_row(each.question.title, *cells)
    return table


if __name__ == "__main__":
    main()
