"""`claude-otel setup`: write the telemetry variables into the client's own settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

import click

from provisioner.client_change import (
    Opened,
    backup_path,
    open_settings_file,
    write_settings_file,
)
from provisioner.client_files import Scope, managed_file, user_file
from provisioner.client_headers import HEADERS, shown
from provisioner.client_setup import Change, SetupPlan, plan_setup, plan_undo
from provisioner.doctor.words import without_secrets
from provisioner.errors import RootNotFound, SettingsFileRejected
from provisioner.json_text import NotStrictJson
from provisioner.keys import make_token, read_token
from provisioner.workspace import home_anywhere, open_workspace, settings_anywhere, token_anywhere


@click.command()
@click.option(
    "--scope",
    type=click.Choice(("user", "managed")),
    default="user",
    show_default=True,
    help="Whose settings: yours, or those of everybody on this machine.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--undo", is_flag=True, help="Take away what setup added, and nothing else.")
def setup(*, scope: Literal["user", "managed"], dry_run: bool, undo: bool) -> None:
    """Make Claude Code send its telemetry here, by its own settings.

    They count in every shell and editor, and come before what a shell exports. What you have set
    yourself stays. A second run changes nothing.
    """
    path = (user_file if scope == "user" else managed_file)(os.environ)
    opened = open_settings_file(path, scope)
    plan = _plan(opened, undo=undo, dry_run=dry_run)
    if not dry_run:
        write_settings_file(opened, plan)
    click.echo("\n".join(_told(opened, plan, dry_run=dry_run, undo=undo)))


def _plan(opened: Opened, *, undo: bool, dry_run: bool) -> SetupPlan:
    try:
        if undo:
            return plan_undo(opened.text, opened.record)
        token = _token(opened.scope, dry_run=dry_run)
        return plan_setup(opened.text, opened.record, settings_anywhere(os.environ), token)
    except NotStrictJson as error:
        raise SettingsFileRejected(str(opened.path), str(error)) from None


def _token(scope: Scope, *, dry_run: bool) -> str:
    """The stack's token; for a person's own stack it may be made before the first `up`."""
    home = home_anywhere(os.environ)
    return make_token(home) if scope == "user" and not dry_run and _is_own() else read_token(home)


def _is_own() -> bool:
    try:
        open_workspace()
    except RootNotFound:
        return False
    return True


def _told(opened: Opened, plan: SetupPlan, *, dry_run: bool, undo: bool) -> Iterator[str]:
    if not plan.changes:
        yield f"{opened.path}: nothing to {'undo' if undo else 'do'}"
    else:
        yield f'{opened.path}, under "env"{" (a dry run: not written)" if dry_run else ""}:'
        yield from (_line(change) for change in plan.changes)
    for kept in plan.kept:
        value = without_secrets(_shown(kept.name, kept.value))
        yield f"  = {kept.name} stays {value}: {kept.meaning}"
    if not undo and not dry_run and not token_anywhere(os.environ):
        yield "the stack's token is not known here, and its collector refuses who does not show it:"
        yield "  next: `claude-otel up`, and repeat; with sudo, say STACK_DATA_DIR=… of its person"
    if not plan.changes or dry_run:
        return
    if plan.text is None:
        yield f"{opened.path} is gone, since nothing else was in it"
    if opened.text is not None:
        yield f"as it was: {backup_path(opened.path)}"
    yield "sessions that are open keep what they began with: start a new one"
    if not undo:
        yield "next: `claude-otel doctor` says whether anything else keeps the data away"


def _line(change: Change) -> str:
    value, before = _shown(change.name, change.value), _shown(change.name, change.before)
    match change.kind:
        case "add":
            return f"  + {change.name} = {value}"
        case "change":
            by = "" if change.name == HEADERS else ", set by setup"
            return f"  ~ {change.name} = {value} (was {before}{by})"
    return f"  - {change.name} = {before}"


def _shown(name: str, value: str) -> str:
    return shown(value) if name == HEADERS else value
