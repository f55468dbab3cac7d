"""`claude-otel demo`: boards alive in a minute, with invented data in a stack of their own."""

from __future__ import annotations

import os

import click

from provisioner.commands.clean import take_away
from provisioner.commands.up import is_proven
from provisioner.console import Console
from provisioner.demo.stack import (
    Filled,
    demo_workspace,
    fill,
    forget_filled,
    load_filled,
    until_now,
)
from provisioner.errors import Refused
from provisioner.lock import changing
from provisioner.runtime.choose import open_runtime
from provisioner.runtime.model import Runtime
from provisioner.status import status
from provisioner.up import Outcome, up
from provisioner.workspace import Workspace, open_workspace

DAYS = 30
MOST_DAYS = 365


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    help="How many days to invent, up to now.",
)
@click.option("--remove", is_flag=True, help="Take the demo and its data away.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def demo(*, days: int, remove: bool, yes: bool) -> int:
    """Show the boards with an invented team's data.

    A second stack, with a name, ports and data of its own, runs beside yours; nothing invented
    enters yours. Running it again adds nothing a second time.
    """
    console = Console()
    workspace = demo_workspace(open_workspace(), os.environ)
    if remove:
        take_away(workspace, console, asks=not yes)
        forget_filled(workspace)
        return 0
    return _show(workspace, console, days, accept_unsafe=yes)


def _show(workspace: Workspace, console: Console, days: int, *, accept_unsafe: bool) -> int:
    filled = load_filled(workspace)
    _refuse_other_days(filled, days)
    runtime = open_runtime(workspace, console.say)
    console.say(f"stack {workspace.settings.project}, runtime {runtime.name}, invented data")
    with changing(workspace):
        outcome = up(workspace, runtime, console, accept_unsafe=accept_unsafe)
        if not is_proven(outcome, console):
            return 1
        _fill(workspace, console, filled or until_now(days))
    click.echo(_welcome(workspace, runtime, outcome))
    return 0


def _refuse_other_days(filled: Filled | None, days: int) -> None:
    if filled and days not in {filled.days, DAYS}:
        raise Refused(
            f"there is a demo of {filled.days} days already\n"
            "  next: claude-otel demo --remove, then repeat"
        )


def _fill(workspace: Workspace, console: Console, wanted: Filled) -> None:
    if wanted.is_whole:
        console.say(f"filled already with {wanted.days} days up to {wanted.end}: nothing is added")
        return
    with console.step(f"Invent {wanted.days} days") as report:
        fill(workspace, wanted, report)


def _welcome(workspace: Workspace, runtime: Runtime, outcome: Outcome) -> str:
    if "grafana" in outcome.stage.desired.launches:
        look = f"http://localhost:{workspace.settings.ports.grafana} (admin / admin)"
    else:
        look = f"no Grafana here; its numbers are in {workspace.url('prometheus')}"
    totals = status(workspace, runtime).totals.get("30d", {})
    sums = ", ".join(f"{value:,.0f} {name.replace('_', ' ')}" for name, value in totals.items())
    return (
        f"look      {look}\n"
        f"30 days   {sums}\n"
        f"data      invented, and in the stack {workspace.settings.project} only\n"
        "remove    claude-otel demo --remove"
    )
