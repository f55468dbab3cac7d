"""`claude-otel up`: start the stack and prove it."""

from __future__ import annotations

import click

from provisioner.console import Console
from provisioner.lock import changing
from provisioner.runtime.choose import open_runtime
from provisioner.status import addresses
from provisioner.up import Outcome
from provisioner.up import up as bring_up
from provisioner.workspace import Workspace, open_workspace


@click.command()
@click.option("--yes", is_flag=True, help="Also make changes that delete data or stop an engine.")
def up(*, yes: bool) -> int:
    """Start the stack, or bring it up to date, and prove it.

    Engines that are not here are pulled, or built from their Go modules. Running it twice changes
    nothing the second time.
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
    return 0


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
