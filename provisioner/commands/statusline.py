"""`claude-otel statusline`: one line for the client to show; see provisioner/entry.py."""

from __future__ import annotations

import click


@click.command()
def statusline() -> None:
    """Print one line for Claude Code's status line.

    Reads what the client writes to standard input. Shows what the session and the day cost, the
    five-hour block, how full the context is, and the plan's own limits as far as the client tells
    them. docs/usage.md tells how to switch it on.
    """
    from provisioner.live.statusline import main  # noqa: PLC0415

    main()
