"""`claude-otel logs`: the engines' own logs, or telemetry as it arrives."""

from __future__ import annotations

import time

import click

from provisioner.backends import Loki
from provisioner.console import Console
from provisioner.events import OVERLAP_NS, line, recent
from provisioner.events import follow as follow_events
from provisioner.placement import ENGINES
from provisioner.running import require_running
from provisioner.workspace import open_runtime, open_workspace

RECENT_SECONDS = 3600
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
    workspace = open_workspace()
    runtime = open_runtime(workspace, Console().say)
    require_running(workspace, runtime)
    if not events:
        code = runtime.logs(engines, follow=follow, lines=lines)
        return code if code >= 0 else SIGNALLED - code  # as a shell has it
    _show_events(Loki(url=workspace.url("loki")), lines=lines, follow=follow)
    return 0


def _show_events(loki: Loki, *, lines: int, follow: bool) -> None:
    started = time.time_ns()
    shown = recent(loki, RECENT_SECONDS, lines)
    for entry in shown:
        click.echo(line(entry))
    if not shown:
        click.echo("no events in the last hour: source setup-env.sh and use Claude Code", err=True)
    if follow:
        # What other sessions send a little late has a time before the last line that was shown.
        since = shown[0].at_ns if len(shown) == lines > 0 else started - OVERLAP_NS
        for entry in follow_events(loki, since, shown):
            click.echo(line(entry))
