"""`claude-otel backfill`: history from before the stack, out of the client's transcripts."""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack

import click

from provisioner.books.page import LEFT_ALONE, dollars, told
from provisioner.books.run import GRACE_SECONDS, Asked, open_books
from provisioner.books.sums import of_response, total
from provisioner.books.survey import Survey
from provisioner.console import Console
from provisioner.reports.periods import since_ms
from provisioner.reports.wording import few
from provisioner.reports.zones import find_zone
from provisioner.running import require_running
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import Workspace, open_workspace


def _finite(_: click.Context, __: click.Parameter, seconds: float) -> float:
    # A range lets `nan` pass: it is neither below nor above anything.
    if not math.isfinite(seconds):
        raise click.BadParameter("expected a number of seconds")
    return seconds


grace_option = click.option(
    "--grace",
    type=click.FloatRange(min=0),
    callback=_finite,
    default=GRACE_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Leave alone what is younger: its telemetry may be on its way.",
)


@click.command()
@click.option("--since", metavar="WHEN", help="Add what happened from then on: 2026-11-01, 7d.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and add nothing.")
@grace_option
def backfill(*, since: str | None, dry_run: bool, grace: float) -> int:
    """Add what only the client's transcripts know to the stack.

    Each request is counted once, however often this runs, whenever it is interrupted, and beside
    live telemetry. What is added bears its own time and the label origin="transcript".
    """
    zone = find_zone(None, os.environ)
    start = since_ms(since, zone, int(time.time() * 1000)) if since else None
    workspace = open_workspace()
    console = Console()
    require_running(workspace, open_runtime(workspace, console.say))
    return fill(workspace, Asked(since_ms=start, grace_seconds=grace), console, dry_run=dry_run)


def fill(workspace: Workspace, asked: Asked, console: Console, *, dry_run: bool = False) -> int:
    """Compare, then add what is missing; 1 when a store refused some of it."""
    with ExitStack() as held:
        with console.step("Compare transcripts with the books") as report:
            books = held.enter_context(open_books(workspace, asked, report))
            found = books.survey(report)
        _say(found, console)
        if dry_run:
            missing = total(map(of_response, found.missing))
            click.echo(f"{few('request', missing.requests)} to add, {dollars(missing.cost_usd)}")
            return 0
        with console.step("Add what is missing") as report:
            done = books.write(found, report)
            report.is_ok = not done.entered.refused
    for line in told(done):
        click.echo(line)
    return int(bool(done.entered.refused))


def _say(found: Survey, console: Console) -> None:
    known = len(found.match.live) + len(found.match.added)
    console.say(f"{known:,} requests are in the books already, {len(found.missing):,} are missing")
    if found.held_back:
        console.say(f"{len(found.held_back):,} {LEFT_ALONE}")
    if found.too_recent:
        console.say(f"{found.too_recent:,} are too recent: their telemetry may be on its way")
    if found.too_old:
        console.say(f"{found.too_old:,} are older than what is asked for, or what the stores keep")
