"""`claude-otel statusline`: one line for the client to show; see provisioner/entry.py."""

from __future__ import annotations

import click


@click.command()
def statusline() -> None:
    r"""Print one line for Claude Code's status line.

    Reads what the client writes to standard input. Shows what the session and the day cost, the
    five-hour block, how full the context is, and the plan's own limits as far as the client tells
    them. To switch it on, in ~/.claude/settings.json:

    \b
    "statusLine": {"type": "command", "command": "claude-otel statusline"}
    """
    from provisioner.live.statusline import main  # noqa: PLC0415

    main()
