"""`claude-otel up`: start the stack and prove it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from provisioner.books.offer import has_history, is_empty
from provisioner.books.run import Asked
from provisioner.commands.backfill import fill
from provisioner.console import Console
from provisioner.lock import changing
from provisioner.runtime.choose import open_runtime
from provisioner.status import addresses
from provisioner.up import Outcome
from provisioner.up import up as bring_up
from provisioner.workspace import Workspace, open_workspace


@click.command()
@click.option("--yes", is_flag=True, help="Also make changes that delete data or stop an engine.")
@click.option("--with-history", is_flag=True, help="Then add what the client's transcripts know.")
def up(*, yes: bool, with_history: bool) -> int:
    """Start the stack, or bring it up to date, and prove it.

    Engines that are not here are pulled, or built from their Go modules. Running it twice changes
    nothing the second time. A new stack offers to add the history that the client has kept.
    """
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    console.say(f"stack {workspace.settings.project}, runtime {runtime.name}")
    with changing(workspace):
        outcome = bring_up(workspace, runtime, console, accept_unsafe=yes)
    if not is_proven(outcome, console):
        return 1
    click.echo(_welcome(workspace, outcome))
    return _add_history(workspace, console, is_asked_for=with_history)


def _add_history(workspace: Workspace, console: Console, *, is_asked_for: bool) -> int:
    """Add history if that is asked for; a new stack's person is asked, or told how to."""
    if not has_history(os.environ, Path.home()):
        return 0
    if not is_asked_for:
        if not is_empty(workspace):
            return 0
        if not sys.stdin.isatty():
            console.say("history   the client has kept some: `claude-otel backfill` adds it")
            return 0
        question = "Add the history that the client has kept?"
        is_asked_for = click.confirm(question, default=True, err=True)
    return fill(workspace, Asked(), console) if is_asked_for else 0


def is_proven(outcome: Outcome, console: Console) -> bool:
    """Whether the stack works; says what does not."""
    for finding in outcome.verification.findings:
        if not finding.is_ok:
            console.say(f"✗ {finding.name}: {finding.detail}")
    if not outcome.verification.is_ok:
        console.say("next: `claude-otel logs`, then `claude-otel verify`")
    return outcome.verification.is_ok


def _welcome(workspace: Workspace, outcome: Outcome) -> str:
    with_grafana = "grafana" in outcome.stage.desired.launches
    rows = addresses(workspace, with_grafana=with_grafana).items()
    lines = [f"{name.replace('_', ' '):<11} {address}" for name, address in rows]
    if with_grafana:
        lines.append("login       admin / admin")
    else:
        lines += [
            "grafana     not here: neither its image nor a local one was found. Totals are in",
            "            `claude-otel status` and Prometheus. Let Docker reach its registry, or,",
            "            with RUNTIME=native, set GRAFANA_HOME to an unpacked Grafana; then run",
            "            `make up` again.",
        ]
    lines += ["", "Put this line into your shell profile, and open a new shell:"]
    lines.append(f"  source {_quoted(str(workspace.root / 'setup-env.sh'))}")
    return "\n".join(lines)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
