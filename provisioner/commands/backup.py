"""`claude-otel backup`: everything that a stack knows, in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from provisioner.console import Console
from provisioner.keep.backup import Made
from provisioner.keep.backup import backup as make_backup
from provisioner.keep.pack import megabytes
from provisioner.keep.totals import Totals
from provisioner.running import refuse_half_restored, require_running
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import open_workspace


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write all of the stack's data to a file.

    `claude-otel restore` brings it back, here or elsewhere. The stores stop while they are copied;
    the door takes telemetry all the same, but for a few seconds. FILE holds people's data and the
    secret of their hashes: only you can read it.
    """
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    states = require_running(workspace, runtime)
    refuse_half_restored(workspace)
    made = make_backup(workspace, runtime, states, file.absolute(), console)
    click.echo(_told(file, made))


def _told(file: Path, made: Made) -> str:
    return (
        f"{file}: {megabytes(made.size)}, of {megabytes(made.manifest.bytes)} of data\n"
        f"{sums(made.manifest.totals)}; what came later is in it, too\n"
        f"the door was closed for {made.door_seconds:.1f} s, "
        f"the stores were away for {made.stores_seconds:.1f} s"
    )


def sums(totals: Totals) -> str:
    """What is in a stack, in a line."""
    at = datetime.fromtimestamp(totals.until, tz=UTC)
    return (
        f"until {at:%Y-%m-%d %H:%M:%S} UTC: ${totals.of('ledger_cost_usd'):,.6f}, "
        f"{totals.of('ledger_api_requests'):,.0f} requests, {totals.events:,} events"
    )
