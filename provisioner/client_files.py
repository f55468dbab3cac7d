"""Where are the client's settings files, and what do they say?"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from provisioner.json_text import NotStrictJson, read_object

Scope = Literal["user", "project", "local", "managed"]

ENV = "env"
MANAGED_NAME = "managed-settings.json"
MANAGED_FOLDERS = {
    "Darwin": "/Library/Application Support/ClaudeCode",
    "Windows": "C:/Program Files/ClaudeCode",
}
MANAGED_VARIABLE = "CLAUDE_OTEL_MANAGED_DIR"
"""Says where the managed settings are instead; for images that are made on another machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """A settings file that is there: the variables it sets, or why the client cannot read it."""

    scope: Scope
    path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    has_headers_helper: bool = False
    problem: str = ""


def user_file(environ: Mapping[str, str]) -> Path:
    """The person's own settings."""
    chosen = environ.get("CLAUDE_CONFIG_DIR")
    return (Path(chosen) if chosen else _home(environ) / ".claude") / "settings.json"


def managed_file(environ: Mapping[str, str]) -> Path:
    """The settings of whoever administers this machine."""
    usual = MANAGED_FOLDERS.get(platform.system(), "/etc/claude-code")
    return Path(environ.get(MANAGED_VARIABLE) or usual) / MANAGED_NAME


def read_settings_files(environ: Mapping[str, str], folder: Path) -> tuple[SettingsFile, ...]:
    """Every settings file that counts for a client started in a folder; the last one wins."""
    places = _places(environ, folder)
    return tuple(read_settings_file(scope, path) for scope, path in places if path.is_file())


def read_settings_file(scope: Scope, path: Path) -> SettingsFile:
    """One settings file; what keeps the client from reading it is part of the answer."""
    try:
        found = read_object(path.read_text(encoding="utf-8"))
    except NotStrictJson as error:
        return SettingsFile(scope=scope, path=path, problem=f"no strict JSON, {error}")
    except (OSError, UnicodeDecodeError) as error:
        return SettingsFile(scope=scope, path=path, problem=f"it cannot be read ({error})")
    env = found.get(ENV, {})
    if not isinstance(env, dict):
        return SettingsFile(scope=scope, path=path, problem=f'"{ENV}" is no object in braces')
    return SettingsFile(
        scope=scope,
        path=path,
        env={name: as_text(value) for name, value in env.items()},
        has_headers_helper=bool(found.get("otelHeadersHelper")),
    )


def as_text(value: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    """A variable's value as the client takes it: what is no text is written as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _places(environ: Mapping[str, str], folder: Path) -> Iterator[tuple[Scope, Path]]:
    """In rising order of precedence.

    The client reads a project's shared settings where it is started, and local ones also at the
    root of the repository.
    """
    yield "user", user_file(environ)
    yield "project", folder / ".claude" / "settings.json"
    roots = (each for each in (folder, *folder.parents) if (each / ".git").exists())
    for each in dict.fromkeys((next(roots, folder), folder)):
        yield "local", each / ".claude" / "settings.local.json"
    managed = managed_file(environ)
    yield "managed", managed
    for path in sorted((managed.parent / "managed-settings.d").glob("*.json")):
        yield "managed", path


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) if home else Path.home()
