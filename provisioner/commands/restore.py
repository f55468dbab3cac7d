"""`claude-otel restore`: a stack as a backup knows it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from provisioner.commands.backup import sums
from provisioner.commands.up import is_proven
from provisioner.console import Console
from provisioner.errors import Refused
from provisioner.keep.restore import checked
from provisioner.keep.restore import restore as bring_back
from provisioner.runtime.choose import open_runtime
from provisioner.runtime.model import Runtime
from provisioner.workspace import Workspace, open_workspace

EXIT_DISAGREE = 5


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what the stack holds, without asking.")
def restore(file: Path, *, yes: bool) -> int:
    """Bring the stack back from a backup.

    FILE is checked whole before anything is touched. What the stack holds now is deleted; you are
    asked first. Then the stack starts, and its totals are compared with those in FILE: exits with
    5 when they differ.
    """
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    backup = checked(file.absolute(), console)
    _refuse_unasked(workspace, runtime, console, is_told=yes)
    restored = bring_back(workspace, runtime, backup, console)
    for difference in restored.differences:
        console.say(f"✗ {difference}")
    is_whole = is_proven(restored.outcome, console)
    click.echo(sums(restored.totals))
    if restored.differences:
        click.echo("this is not what the backup says: see above")
        return EXIT_DISAGREE
    click.echo(f"as in the backup of {backup.manifest.made_at}")
    return 0 if is_whole else 1


def _refuse_unasked(
    workspace: Workspace, runtime: Runtime, console: Console, *, is_told: bool
) -> None:
    """Raise Refused unless the stack is empty, or a person gives its data away."""
    holdings = runtime.holdings()
    if not holdings or is_told:
        return
    console.say(f"this deletes for good what the stack {workspace.settings.project} holds:")
    for holding in holdings:
        console.say(f"  {holding.kind} {holding.name}")
    if not sys.stdin.isatty():
        raise Refused(
            "there is no terminal to ask on; nothing was changed\n"
            "  next: keep it with `claude-otel backup`, then repeat with --yes"
        )
    if not click.confirm("Replace all this by the backup?", err=True):
        raise Refused("nothing was changed")
