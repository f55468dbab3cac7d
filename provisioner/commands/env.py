"""`claude-otel env`: the variables that make Claude Code send its telemetry here."""

from __future__ import annotations

from typing import get_args

import click

from provisioner.client_env import ShellName, render_env
from provisioner.keys import token_file
from provisioner.workspace import open_workspace


@click.command()
@click.option(
    "--shell",
    type=click.Choice(get_args(ShellName)),
    default="bash",
    show_default=True,
    help="Whose syntax to print.",
)
def env(*, shell: ShellName) -> None:
    """Print the client's environment for a shell to evaluate.

    bash and zsh: source setup-env.sh instead, which also names projects and teams.
    fish: claude-otel env --shell fish | source
    """
    workspace = open_workspace()
    click.echo(render_env(workspace.settings, shell, token_file(workspace.home)), nl=False)
