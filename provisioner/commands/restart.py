"""`claude-otel restart`: stop and start engines."""

from __future__ import annotations

import click

from provisioner.console import Console
from provisioner.errors import Refused
from provisioner.lock import changing
from provisioner.placement import ENGINES
from provisioner.running import require_running
from provisioner.runtime.choose import open_runtime
from provisioner.verify import VERIFY_SECONDS, verify
from provisioner.workspace import open_workspace


@click.command()
@click.argument("engines", nargs=-1, type=click.Choice(ENGINES))
def restart(engines: tuple[str, ...]) -> int:
    """Restart engines and prove the stack again.

    Without ENGINES, all of them. Nothing that was acknowledged is lost.
    """
    workspace = open_workspace()
    console = Console()
    runtime = open_runtime(workspace, console.say)
    states = require_running(workspace, runtime)
    chosen = [engine for engine in ENGINES if engine in (engines or states)]
    if missing := [engine for engine in chosen if engine not in states]:
        raise Refused(f"not running: {', '.join(missing)}; `claude-otel status` shows what is")
    if orphans := [engine for engine in chosen if states[engine].is_orphan]:
        raise Refused(
            f"running without a supervisor: {', '.join(orphans)}\n"
            "  next: `make up` takes over what is left of a supervisor that was killed"
        )
    for engine in chosen:
        with changing(workspace), console.step(f"Restart {engine}"):
            runtime.restart(engine)
    with console.step("Verify") as step:
        with_grafana = "grafana" in states
        found = verify(workspace, with_grafana=with_grafana, seconds=VERIFY_SECONDS, report=step)
        step.is_ok = found.is_ok
    for finding in found.findings:
        if not finding.is_ok:
            console.say(f"✗ {finding.name}: {finding.detail}")
    return 0 if found.is_ok else 1
