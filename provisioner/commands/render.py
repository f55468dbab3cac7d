"""`claude-otel render`: write the engines' configs to build/, without touching the stack."""

from __future__ import annotations

from pathlib import Path

import click

from provisioner.apply import Stage, check_configs
from provisioner.console import Console
from provisioner.desire import desire, engines_here
from provisioner.files import read_text, remove_stale, write_atomically
from provisioner.placement import ENGINES
from provisioner.runtime.choose import open_runtime
from provisioner.workspace import open_workspace


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if build/ differs.")
def render(*, check: bool) -> int:
    """Render every config to build/, and start nothing.

    Engines that are here check theirs first.
    """
    workspace = open_workspace()
    runtime = open_runtime(workspace, Console().say)
    desired = desire(workspace, runtime, engines_here(runtime))
    stage = Stage(workspace=workspace, runtime=runtime, desired=desired)
    artifacts = desired.artifacts
    stale = [path for path, text in artifacts.items() if _differs(workspace.build / path, text)]
    if stale:
        click.echo("\n".join(stale))
    if check:
        return 1 if stale else 0
    check_configs(ENGINES, stage, lambda _: None)
    for path in stale:
        write_atomically(workspace.build / path, artifacts[path])
    remove_stale(workspace.build, artifacts)
    return 0


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or read_text(path) != text
