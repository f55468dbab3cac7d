"""`claude-otel hook`: at the end of each session, repair what its exit lost."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

import click

from provisioner.books.run import Asked, open_books
from provisioner.books.session_end import command, with_hook, without_hook
from provisioner.client_change import backup_path, open_settings_file, write_settings_file
from provisioner.client_files import user_file
from provisioner.client_setup import SetupPlan
from provisioner.console import Console
from provisioner.errors import SettingsFileRejected, StackError
from provisioner.json_text import NotStrictJson
from provisioner.runtime.model import silent
from provisioner.workspace import Workspace, open_workspace

GRACE_SECONDS = 120
LONGEST_GRACE = 3600
"""A process waits for that long after every session."""

PATIENCE_SECONDS = 600.0
"""Many sessions may end at once, and a backfill may be under way."""


@click.group()
def hook() -> None:
    """Repair by itself, at the end of each session, what its exit lost.

    Install it once; the client then runs it by its own settings. Without the stack it does nothing.
    """


@hook.command()
@click.option(
    "--grace",
    type=click.IntRange(min=0, max=LONGEST_GRACE),
    default=GRACE_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for telemetry that is under way.",
)
def install(*, grace: int) -> None:
    """Add a SessionEnd hook to the client's own settings."""
    line = command(sys.executable, open_workspace().root, grace)
    _change(line)


@hook.command()
def remove() -> None:
    """Take the hook out of the client's settings again."""
    _change(None)


@hook.command(hidden=True)
@click.option("--grace", type=float, default=GRACE_SECONDS, help="As `install` was told.")
def run(*, grace: float) -> None:
    """Repair the session that the client names on the standard input; silent, whatever happens."""
    try:
        session = str(json.loads(sys.stdin.read())["session_id"])
    except (ValueError, KeyError, TypeError):
        return
    with suppress(StackError):
        _repair(open_workspace(), Asked(grace_seconds=grace, sessions=[session]))


def _repair(workspace: Workspace, asked: Asked) -> None:
    with open_books(workspace, asked, silent, wait_seconds=PATIENCE_SECONDS) as books:
        found = books.survey(silent)
        if found.missing or found.unsummed:
            books.write(found, silent)


def _change(line: str | None) -> None:
    path = user_file(os.environ)
    opened = open_settings_file(path, "user")
    console = Console()
    try:
        text = without_hook(opened.text or "{}") if line is None else with_hook(opened.text, line)
    except NotStrictJson as error:
        raise SettingsFileRejected(str(path), str(error)) from None
    if text == opened.text or (opened.text is None and line is None):
        console.say(f"{path}: nothing to change")
        return
    write_settings_file(opened, SetupPlan(text=text, record=opened.record))
    kept = f"; as it was before: {backup_path(path)}" if opened.text is not None else ""
    console.say(f"{path}: hook {'removed' if line is None else 'installed'}{kept}")
