"""`claude-otel render`: write the engines' configs to build/, without touching the stack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from provisioner.apply import files_by_engine, stack_secrets
from provisioner.console import Console
from provisioner.desire import desire
from provisioner.files import remove_stale, write_atomically
from provisioner.placement import ENGINES
from provisioner.runtime.model import Runtime, Source
from provisioner.workspace import Workspace, open_runtime, open_workspace


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if build/ differs.")
def render(*, check: bool) -> int:
    """Render every config to build/, and start nothing.

    Engines that are here check theirs first.
    """
    workspace = open_workspace()
    runtime = open_runtime(workspace, Console().say)
    sources = {engine: runtime.locate(engine) for engine in ENGINES}
    artifacts = desire(workspace, runtime, sources).artifacts
    stale = [path for path, text in artifacts.items() if _differs(workspace.build / path, text)]
    if stale:
        click.echo("\n".join(stale))
    if check:
        return 1 if stale else 0
    _validate(workspace, runtime, {name: each for name, each in sources.items() if each}, artifacts)
    for path in stale:
        write_atomically(workspace.build / path, artifacts[path])
    remove_stale(workspace.build, artifacts)
    return 0


def _validate(
    workspace: Workspace,
    runtime: Runtime,
    sources: Mapping[str, Source],
    artifacts: Mapping[str, str],
) -> None:
    # A config that reads a secret cannot be checked without it.
    stack_secrets(workspace, runtime)
    for engine, source in sources.items():
        runtime.validate(engine, source, files_by_engine(engine, artifacts))


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_text(encoding="utf-8") != text
