"""Which program is meant? `claude-otel`, except for the one command that loads nothing else."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["statusline"]:
        # The client waits for it at every prompt: reading options takes longer than the rest.
        from provisioner.live.statusline import main as show_line  # noqa: PLC0415

        show_line()
    from provisioner.cli import main as run_command  # noqa: PLC0415

    run_command()
