"""How is the client's settings file changed without harm?

In one step, keeping its mode and the link it may be; with a backup and a note beside it; and only
if nobody else has changed it meanwhile.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from provisioner.client_files import Scope
from provisioner.client_setup import Record, SetupPlan, read_record, write_record
from provisioner.errors import Refused, SettingsFileRejected
from provisioner.files import write_atomically

BACKUP_SUFFIX = ".before-claude-otel"
RECORD_SUFFIX = ".claude-otel"
NEW_FILE_MODES: dict[Scope, int] = {"user": 0o600, "managed": 0o644}
"""The person's settings may hold keys; those of the machine must be readable to everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A settings file as it was read: its text (None: there is none) and the note beside it."""

    path: Path
    scope: Scope
    text: str | None
    record: Record | None


def open_settings_file(path: Path, scope: Scope) -> Opened:
    """Read the file and the note; raises SettingsFileRejected when it is no text."""
    note = _read(_beside(path, RECORD_SUFFIX))
    record = read_record(note) if note else None
    return Opened(path=path, scope=scope, text=_read(path), record=record)


def backup_path(path: Path) -> Path:
    """Where the file is kept as it was before the last change."""
    return _beside(path, BACKUP_SUFFIX)


def write_settings_file(opened: Opened, plan: SetupPlan) -> None:
    """Make the file what the plan says; raises Refused when that may not or must not be."""
    try:
        # The note is there for as long as anything of ours is: an interrupted run can be undone.
        note = _beside(opened.path, RECORD_SUFFIX)
        if plan.record and plan.record != opened.record:
            write_atomically(note, write_record(plan.record), NEW_FILE_MODES[opened.scope])
        if plan.text != opened.text:
            _replace(opened, plan.text)
        if not plan.record:
            note.unlink(missing_ok=True)
    except PermissionError as error:
        raise Refused(
            f"{error.filename or opened.path}: {error.strerror}\n"
            "  next: repeat as somebody who may write there (for --scope managed, with sudo)"
        ) from error


def _replace(opened: Opened, text: str | None) -> None:
    if _read(opened.path) != opened.text:
        raise Refused(f"{opened.path} has just been changed by somebody else\n  next: repeat")
    target = opened.path.resolve()  # a link, as dotfiles have them, stays one
    mode = NEW_FILE_MODES[opened.scope]
    if opened.text is not None:
        shutil.copy2(target, backup_path(opened.path))
        mode = target.stat().st_mode & 0o7777
    if text is None:
        target.unlink()
    else:
        write_atomically(target, text, mode)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _read(path: Path) -> str | None:
    """The text as it is, with its line ends."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SettingsFileRejected(str(path), f"byte {error.start}: no UTF-8") from None
