"""`claude-otel reconcile`: do the transcripts, Loki and the ledger agree?"""

from __future__ import annotations

import json
import os
import time

import click
from rich.console import Console as RichConsole

from provisioner.books.backfill import Backfilled
from provisioner.books.page import document, notes, table, told, verdict
from provisioner.books.reconcile import Reconciliation
from provisioner.books.run import Asked, open_books
from provisioner.commands.backfill import grace_option
from provisioner.console import Console
from provisioner.reports.periods import since_ms
from provisioner.reports.zones import Zone, find_zone
from provisioner.running import require_running
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import Workspace, open_workspace

EXIT_DISAGREE = 5
PLAIN_WIDTH = 160


@click.command()
@click.option("--since", metavar="WHEN", help="Compare from then on: 2026-11-01, 7d.")
@click.option("--repair", is_flag=True, help="Add what is missing, and compare again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@grace_option
def reconcile(*, since: str | None, repair: bool, as_json: bool, grace: float) -> int:
    """Compare the client's transcripts with Loki and the ledger, by day and project.

    Says what is missing where, and the likely reason. Exits with 5 when the books disagree.
    """
    zone = find_zone(None, os.environ)
    start = since_ms(since, zone, int(time.time() * 1000)) if since else None
    workspace = open_workspace()
    console = Console()
    require_running(workspace, open_runtime(workspace, console.say))
    asked = Asked(since_ms=start, grace_seconds=grace)
    found, done = compared(workspace, asked, zone, console, repair=repair)
    if as_json:
        click.echo(json.dumps(document(found, done), indent=2))
    else:
        _show(found, done)
    return 0 if found.agrees else EXIT_DISAGREE


def compared(
    workspace: Workspace, asked: Asked, zone: Zone, console: Console, *, repair: bool
) -> tuple[Reconciliation, Backfilled | None]:
    """What agrees and what does not, after the repair if one was asked for and needed."""
    done = None
    with console.step("Compare the books") as report, open_books(workspace, asked, report) as books:
        survey = books.survey(report)
        if repair and (survey.missing or survey.unsummed):
            done = books.write(survey, report)
            survey = books.survey(report)
        return books.compare(survey, zone, report), done


def _show(found: Reconciliation, done: Backfilled | None) -> None:
    out = RichConsole(highlight=False, markup=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PLAIN_WIDTH
    if found.rows:
        out.print(table(found))
    for line in notes(found):
        click.echo(line)
    for line in told(done) if done else ():
        click.echo(line)
    click.echo(verdict(found))
