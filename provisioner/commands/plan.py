"""`claude-otel plan`: what `up` would change, and why."""

from __future__ import annotations

import click

from provisioner.console import Console
from provisioner.runtime.choose import open_runtime
from provisioner.up import preview
from provisioner.workspace import open_workspace


@click.command()
def plan() -> None:
    """Show what `up` would change, and why; changes nothing."""
    workspace = open_workspace()
    changes = preview(workspace, open_runtime(workspace, Console().say)).changes
    for change in changes:
        mark = "! " if change.is_unsafe else ""
        click.echo(f"{mark}{change.verb:<8} {change.subject}: {change.reason}")
    if not changes:
        click.echo("nothing to change")
