"""What was applied last? A note per stack: it tells a plan what a running engine has loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter

from provisioner.files import write_atomically

FILE_NAME = "applied.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Digests of what each engine was last started with, and of the files it has read.

    `launches` is keyed by engine; `files` holds path → digest per engine; `retention_days` is
    what the stores were last told to keep, `set_aside` names queue files that could not be opened,
    `versions` which version of an engine last wrote its data; `restoring` is the backup that is
    being restored, and has not been wholly.
    """

    runtime: str = ""
    launches: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    retention_days: Mapping[str, int] = field(default_factory=dict)
    set_aside: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    restoring: str = ""

    def with_engine(self, engine: str, launch: str, files: Mapping[str, str]) -> Applied:
        """The note after an engine has been brought up to date."""
        launches = {**self.launches, engine: launch}
        return replace(self, launches=launches, files={**self.files, engine: files})

    def without_engine(self, engine: str) -> Applied:
        """The note after an engine has been removed."""
        launches = {name: each for name, each in self.launches.items() if name != engine}
        files = {name: each for name, each in self.files.items() if name != engine}
        return replace(self, launches=launches, files=files)


_NOTE = TypeAdapter(Applied)


def load_applied(home: Path) -> Applied:
    """The note of the stack at `home`; an empty one when there is none or it cannot be read."""
    try:
        return _NOTE.validate_json((home / FILE_NAME).read_bytes())
    except (OSError, ValueError):
        # Without a note the plan restarts what runs, which is safe.
        return Applied()


def save_applied(home: Path, applied: Applied) -> None:
    """Remember what was applied."""
    write_atomically(home / FILE_NAME, json.dumps(asdict(applied), indent=2, sort_keys=True) + "\n")


def forget_applied(home: Path) -> None:
    """Forget it: the stack was taken away whole."""
    (home / FILE_NAME).unlink(missing_ok=True)
