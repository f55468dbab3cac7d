"""`claude-otel down`: stop the stack, keep its data."""

from __future__ import annotations

import click

from provisioner.console import Console
from provisioner.lock import changing
from provisioner.running import refuse_second_runtime
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import open_workspace


@click.command()
def down() -> None:
    """Stop the stack in the right order; its data stays."""
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    refuse_second_runtime(workspace, runtime)
    if not runtime.states():
        console.say(f"stack {workspace.settings.project} is not running")
        return
    with changing(workspace), console.step("Stop") as report:
        runtime.stop(report)
    console.say("its data is kept; `make up` goes on from here")
