"""Who uses this client, and in which team, in the words of live telemetry?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from provisioner.normalise import Teller, stored
from provisioner.records import Event

_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
_TEAM = "CLAUDE_OTEL_TEAM"
_USER = ("user.email", "user.account_uuid", "user.id")


def person_by_path(
    roots: Sequence[Path], environ: Mapping[str, str], home: Path, teller: Teller
) -> Callable[[str], tuple[str, str]]:
    """User and team, as labels, of the transcript at a path below one of the client's folders."""

    @cache
    def labels(root: Path) -> tuple[str, str]:
        return person(root.parent, environ, home, teller)

    def find(path: str) -> tuple[str, str]:
        return labels(next((root for root in roots if Path(path).is_relative_to(root)), roots[0]))

    return find


def person(folder: Path, environ: Mapping[str, str], home: Path, teller: Teller) -> tuple[str, str]:
    """User and team, as labels, of the client whose folder this is."""
    told = _told(folder, environ, home)
    if team := environ.get(_TEAM):
        told.setdefault("team", team)
    kept = stored(Event(name="", attributes=told), teller).attributes
    return str(kept["user"]), str(kept["team"])


def identity(folder: Path, environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The attributes that name the user of that client; whoever gets them hides what must be."""
    told = _told(folder, environ, home)
    return {name: told[name] for name in _USER if name in told}


def _told(folder: Path, environ: Mapping[str, str], home: Path) -> dict[str, str]:
    # The account is the client's own word, which nobody's attributes override.
    return _attributes(folder, environ) | _account(folder, home)


def _account(folder: Path, home: Path) -> dict[str, str]:
    # In its folder, if that was chosen by CLAUDE_CONFIG_DIR, else beside it.
    places = (folder, folder.parent, home)
    config = next(filter(None, (_json(each / ".claude.json") for each in places)), {})
    account = config.get("oauthAccount")
    account = account if isinstance(account, dict) else {}
    told = {
        "user.email": account.get("emailAddress"),
        "user.account_uuid": account.get("accountUuid"),
        "user.id": config.get("userID"),
    }
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def _attributes(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    own = _json(folder / "settings.json").get("env")
    text = own.get(_ATTRIBUTES) if isinstance(own, dict) else None
    pairs = str(text or environ.get(_ATTRIBUTES, "")).split(",")
    split = (pair.partition("=") for pair in pairs if "=" in pair)
    return {name.strip(): unquote(value.strip()) for name, _, value in split}


def _json(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
