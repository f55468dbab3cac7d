"""`claude-otel cost`: what a session used, read from its own files."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import click

PLAIN_WIDTH = 120


@click.command()
@click.argument("session", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def cost(*, session: str | None, as_json: bool) -> None:
    """Show what a session used, and how full its context is.

    SESSION is an id or its beginning; without one it is the session that was active last. Needs no
    stack. Exits with 4 when there is no such session.
    """
    # Imported late: help should not wait for what reads transcripts.
    from provisioner.live.document import view_fields  # noqa: PLC0415
    from provisioner.live.files import choose_session  # noqa: PLC0415
    from provisioner.live.watch import Watch  # noqa: PLC0415
    from provisioner.transcripts.places import roots  # noqa: PLC0415

    folders = roots(os.environ, Path.home())
    watch = Watch(choose_session(folders, session), folders, os.environ, _say)
    view = watch.look(int(time.time() * 1000))
    if as_json:
        click.echo(json.dumps(view_fields(view), indent=2, ensure_ascii=False))
        return
    from rich.console import Console  # noqa: PLC0415

    from provisioner.live.show import show  # noqa: PLC0415

    out = Console(highlight=False, markup=False)
    if not out.is_terminal and not os.environ.get("COLUMNS"):
        out.width = PLAIN_WIDTH
    out.print(show(view, out.width))


def _say(text: str) -> None:
    click.echo(text, err=True)
