"""How much does the stack bear, how fast does it answer, what does it take, and does it hold?

Each section starts native stacks of its own, and takes them away. What was acknowledged and is not
in both stores, or is there twice, is an error; the bars are only printed beside the figures.
"""

from __future__ import annotations

import sys

import click
from rich.console import Console

from bench.load.sustained import Sustained, sustained
from provisioner.progress import showing_progress

SECTIONS = ("sustained",)


@click.command()
@click.argument("sections", nargs=-1, type=click.Choice(SECTIONS))
@click.option("--events", default=300_000, show_default=True, help="sustained: how many")
def main(sections: tuple[str, ...], events: int) -> None:
    """Measure the stack under load."""
    console = Console(width=120)
    with showing_progress() as report:
        wrong = sustained(Sustained(events=events), console, report)
    for sentence in wrong:
        click.echo(sentence, err=True)
    sys.exit(int(bool(wrong)))


if __name__ == "__main__":
    main()
