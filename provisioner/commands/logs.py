"""`claude-otel logs`: the engines' own logs, or telemetry as it arrives."""

from __future__ import annotations

import click

from provisioner.backends import Loki
from provisioner.console import Console
from provisioner.events import follow as follow_events
from provisioner.events import line, recent, settled
from provisioner.placement import ENGINES
from provisioner.running import require_running
from provisioner.runtime.choose import open_runtime
from provisioner.runtime.model import Report
from provisioner.workspace import open_workspace

RECENT_SECONDS = 3600
INTERRUPTED = 130
SIGNALLED = 128


@click.command()
@click.argument("engines", nargs=-1, type=click.Choice(ENGINES))
@click.option("--events", is_flag=True, help="Show telemetry instead: one line an event.")
@click.option("-f", "--follow", is_flag=True, help="Go on until interrupted.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many lines to start with.")
def logs(engines: tuple[str, ...], *, events: bool, follow: bool, lines: int) -> int:
    """Show the engines' logs, or telemetry as it arrives.

    Without ENGINES, those of all; with --events, one line for each event of Claude Code.
    """
    try:
        return _show(engines, events=events, follow=follow, lines=lines)
    except KeyboardInterrupt:
        if not follow:
            raise
        return INTERRUPTED  # its usual end: nothing to say


def _show(engines: tuple[str, ...], *, events: bool, follow: bool, lines: int) -> int:
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    require_running(workspace, runtime)
    if not events:
        code = runtime.logs(engines, follow=follow, lines=lines)
        return code if code >= 0 else SIGNALLED - code  # as a shell has it
    _show_events(Loki(url=workspace.url("loki")), console.say, lines=lines, follow=follow)
    return 0


def _show_events(loki: Loki, report: Report, *, lines: int, follow: bool) -> None:
    # What is there before the first line is shown is not new, whether it is shown or not.
    known = settled(loki) if follow else []
    shown = recent(loki, RECENT_SECONDS, lines)
    for entry in shown:
        click.echo(line(entry))
    if lines and not shown:
        report("no events in the last hour: source setup-env.sh and use Claude Code")
    if follow:
        for entry in follow_events(loki, [*known, *shown], report):
            click.echo(line(entry))
