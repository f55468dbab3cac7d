"""How much does the stack bear, how fast does it answer, what does it take, and does it hold?

Each section starts native stacks of its own, and takes them away. What was acknowledged and is not
in both stores, or is there twice, is an error; the bars are only printed beside the figures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

import click
from rich.console import Console

from bench.load.arrival import NotArrived
from bench.load.blocks import Blocks, blocks
from bench.load.growth import Growth, growth
from bench.load.latency import Latency, latency
from bench.load.soak import Soak, soak
from bench.load.sustained import Sustained, sustained
from provisioner.progress import showing_progress
from provisioner.runtime.model import Report

Section = Callable[[Console, Report], list[str]]
SECTIONS = ("sustained", "latency", "growth", "blocks", "soak")
SHORT = tuple(each for each in SECTIONS if each != "soak")
WIDTH = 140


def _numbers(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError as error:
        raise click.BadParameter("numbers with commas between them") from error


def _cases(_: click.Context, __: click.Parameter, text: str) -> tuple[tuple[int, int], ...]:
    try:
        found = [each.split("x") for each in text.split(",")]
        return tuple((int(developers), int(days)) for developers, days in found)
    except ValueError as error:
        raise click.BadParameter("developers x working days, with commas between them") from error


@click.command()
@click.argument("sections", nargs=-1, type=click.Choice(SECTIONS))
@click.option("--events", default=300_000, show_default=True, help="sustained: how many.")
@click.option("--rate", default=500.0, show_default=True, help="latency, soak: events a second.")
@click.option("--seconds", default=60.0, show_default=True, help="latency: for how long.")
@click.option(
    "--developers",
    default="1,10,100,1000",
    show_default=True,
    callback=_numbers,
    help="growth: how many, step by step.",
)
@click.option(
    "--most-events",
    default=200_000,
    show_default=True,
    help="growth: of a day; of more, the first hours are told.",
)
@click.option(
    "--history",
    default="1x64,100x5",
    show_default=True,
    callback=_cases,
    help="blocks: developers x working days.",
)
@click.option("--minutes", default=30.0, show_default=True, help="soak: for how long.")
def main(  # noqa: PLR0913 - its options
    *,
    sections: tuple[str, ...],
    events: int,
    rate: float,
    seconds: float,
    developers: tuple[int, ...],
    most_events: int,
    history: tuple[tuple[int, int], ...],
    minutes: float,
) -> None:
    """Measure the stack under load, by SECTIONS; all but the soak unless some are named.

    Exits with 1 when something that was acknowledged is not in both stores exactly once.
    """
    known: dict[str, Section] = {
        "sustained": partial(sustained, Sustained(events=events)),
        "latency": partial(latency, Latency(rate=rate, seconds=seconds)),
        "growth": partial(growth, Growth(developers=developers, most_events=most_events)),
        "blocks": partial(blocks, Blocks(cases=history)),
        "soak": partial(soak, Soak(rate=rate, minutes=minutes)),
    }
    console = Console(width=WIDTH)
    wrong = [
        sentence
        for name in dict.fromkeys(sections or SHORT)
        for sentence in _measured(name, known[name], console)
    ]
    for sentence in wrong:
        click.echo(sentence, err=True)
    sys.exit(int(bool(wrong)))


def _measured(name: str, section: Section, console: Console) -> Iterator[str]:
    try:
        with showing_progress() as report:
            yield from section(console, report)
    except NotArrived as late:
        yield f"{name}: {late}"


if __name__ == "__main__":
    main()
