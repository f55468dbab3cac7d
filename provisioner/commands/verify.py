"""`claude-otel verify`: prove that telemetry comes out where it went in."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from provisioner.console import Console
from provisioner.running import require_running
from provisioner.runtime.choose import open_runtime
from provisioner.verify import verify as verify_stack
from provisioner.workspace import open_workspace

SCHEMA = "claude-otel/verify/1"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait in all.")
def verify(*, as_json: bool, timeout: float) -> int:
    """Prove that telemetry comes out where it went in.

    Checks every engine, its clock, the scrape targets, a round trip, and every dashboard query.
    The round trip sends a probe event over OTLP gRPC and HTTP and finds it in Loki and Prometheus;
    it is a kind of its own and enters no total.
    """
    workspace = open_workspace()
    console = Console()
    states = require_running(workspace, open_runtime(workspace, console.say))
    with console.step("Verify") as step:
        found = verify_stack(
            workspace, with_grafana="grafana" in states, seconds=timeout, report=step
        )
        step.is_ok = found.is_ok
    if as_json:
        findings = [asdict(finding) for finding in found.findings]
        click.echo(
            json.dumps({"schema": SCHEMA, "ok": found.is_ok, "findings": findings}, indent=2)
        )
    else:
        for finding in found.findings:
            mark = "✓" if finding.is_ok else "✗"
            click.echo(f"{mark} {finding.name}: {finding.detail}")
    return 0 if found.is_ok else 1
