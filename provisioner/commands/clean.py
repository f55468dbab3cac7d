"""`claude-otel clean`: delete this stack and its data, and nothing else."""

from __future__ import annotations

import shutil
import sys

import click

from provisioner.applied import forget_applied
from provisioner.console import Console
from provisioner.errors import Refused
from provisioner.lock import changing
from provisioner.runtime.choose import open_runtime, other_runtime
from provisioner.runtime.model import Runtime
from provisioner.whereabouts import forget_place
from provisioner.workspace import Workspace, open_workspace


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(*, yes: bool) -> None:
    """Stop the stack and delete its data.

    All history is lost. Everything is named first, and you are asked.
    """
    take_away(open_workspace(), Console(), asks=not yes)


def take_away(workspace: Workspace, console: Console, *, asks: bool) -> None:
    """Name all that is deleted, ask, and delete it."""
    runtime = open_runtime(workspace, console.say)
    _refuse_for_the_other_runtime(workspace, runtime)
    holdings = runtime.holdings()
    if not holdings and not workspace.build.exists() and not runtime.states():
        console.say(f"stack {workspace.settings.project} has nothing to delete")
        return
    console.say(f"this stops the stack {workspace.settings.project} and deletes for good:")
    for holding in holdings:
        console.say(f"  {holding.kind} {holding.name}")
    own = [workspace.build, workspace.home / "secrets"]
    for folder in own:
        if folder.exists():
            console.say(f"  directory {folder}")
    if asks:
        _ask()
    with changing(workspace), console.step("Clean") as report:
        runtime.stop(report)
        runtime.delete()
        for folder in own:
            shutil.rmtree(folder, ignore_errors=True)
        forget_applied(workspace.home)
        forget_place(workspace)


def _refuse_for_the_other_runtime(workspace: Workspace, runtime: Runtime) -> None:
    """The note and the secrets belong to the data of the runtime that was used last."""
    other = other_runtime(workspace, runtime.name)
    if other and (other.states() or other.holdings()):
        raise Refused(
            f"this stack was last run under the {other.name} runtime\n"
            f"  next: RUNTIME={other.name} claude-otel clean"
        )


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask on\n  next: repeat with --yes if you mean it")
    if not click.confirm("Delete all this?", err=True):
        raise Refused("nothing was deleted")
