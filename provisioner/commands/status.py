"""`claude-otel status`: the engines, and what has been spent."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich import box
from rich.console import Console as RichConsole
from rich.table import Table

from provisioner.console import Console
from provisioner.runtime.choose import open_runtime
from provisioner.status import SPANS, Status
from provisioner.status import status as stack_status
from provisioner.workspace import open_workspace

SCHEMA = "claude-otel/status/1"
PLAIN_WIDTH = 160


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(*, as_json: bool) -> int:
    """Show the engines and what has been spent.

    Exits with 1 unless every engine runs and answers.
    """
    workspace = open_workspace()
    runtime = open_runtime(workspace, Console().say)
    found = stack_status(workspace, runtime)
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "ok": found.is_ok, **asdict(found)}, indent=2))
    elif found.elsewhere:
        click.echo(
            f"stack {found.project} runs under the {found.elsewhere} runtime, but "
            f"{found.runtime} is chosen: RUNTIME={found.elsewhere} claude-otel status"
        )
    elif not found.engines:
        click.echo(f"stack {found.project} is not running: start it with `make up`")
    else:
        _show(found)
    return 0 if found.is_ok else 1


def _show(found: Status) -> None:
    out = RichConsole(highlight=False, markup=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PLAIN_WIDTH
    out.print(f"stack {found.project}, runtime {found.runtime}\n")
    out.print(_engines(found))
    out.print()
    out.print(_totals(found) if found.totals else f"no totals: {found.totals_error}")
    out.print()
    for alert in found.alerts:
        out.print(f"{alert.severity}: {alert.summary} ({alert.runbook})")
    if found.alerts:
        out.print()
    for name, address in found.addresses.items():
        out.print(f"{name.replace('_', ' '):<11} {address}")
    for path in found.set_aside:
        out.print(f"\nset aside, for the collector could not open it: {path}")
        out.print("  it may hold events that are in no total: claude-otel reconcile finds which")


def _engines(found: Status) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("engine", "state", "memory", "from"):
        table.add_column(heading, justify="right" if heading == "memory" else "left")
    for each in found.engines:
        memory = f"{each.memory_mb:.0f} MB" if each.memory_mb else ""
        ready = "ready" if each.is_ready else "not ready"
        table.add_row(each.engine, f"{ready}, {each.detail}", memory, each.origin)
    return table


def _totals(found: Status) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("spent in the last")
    for span in found.totals:
        table.add_column(SPANS[span], justify="right")
    for name in next(iter(found.totals.values())):
        values = (found.totals[span][name] for span in found.totals)
        table.add_row(
            name.replace("_usd", "").replace("_", " "), *(_amount(name, v) for v in values)
        )
    return table


def _amount(name: str, value: float) -> str:
    if name != "cost_usd":
        return f"{value:,.0f}"
    whole, _, fraction = f"{value:,.10f}".partition(".")
    return f"${whole}.{fraction.rstrip('0').ljust(2, '0')}"
