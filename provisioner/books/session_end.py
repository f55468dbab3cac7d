"""How does the client tell that a session has ended? By a hook in its settings, if asked for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provisioner.json_text import NotStrictJson, drop, put, read_object, refuse_doubles

HOOKS = "hooks"
EVENT = "SessionEnd"
_PROGRAM = str(Path(__file__).with_name("detached.py"))
_MARK = "books/detached.py"


def command(python: str, root: Path, seconds: float) -> str:
    """The line for a shell; without site packages, Python starts in a fiftieth of a second."""
    return shlex.join([python, "-I", "-S", _PROGRAM, str(root), f"{seconds:g}"])


def with_hook(text: str | None, line: str) -> str:
    """The settings with our hook, once; raises NotStrictJson where they cannot be read."""
    written = text if text and text.strip() else "{}\n"
    groups = [each for each in _groups(written) if not _is_ours(each)]
    refuse_doubles(written)
    ours = {"hooks": [{"type": "command", "command": line}]}
    if HOOKS not in read_object(written):
        written = put(written, HOOKS, {})
    return put(written, EVENT, [*groups, ours], inside=HOOKS)


def without_hook(text: str) -> str:
    """The settings without our hook; raises NotStrictJson where they cannot be read."""
    groups = _groups(text)
    left = [each for each in groups if not _is_ours(each)]
    if left == groups:
        return text
    if left:
        return put(text, EVENT, left, inside=HOOKS)
    text = drop(text, EVENT, inside=HOOKS)
    return text if read_object(text)[HOOKS] else drop(text, HOOKS)


def _groups(text: str) -> Sequence[Any]:
    hooks = read_object(text).get(HOOKS, {})
    if not isinstance(hooks, dict) or not isinstance(hooks.get(EVENT, []), list):
        raise NotStrictJson(f'"{HOOKS}" is not what the client expects', text, 0)
    groups: Sequence[Any] = hooks.get(EVENT, [])
    return groups


def _is_ours(group: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    own = group.get("hooks", []) if isinstance(group, dict) else []
    lines = [str(each.get("command", "")) for each in own if isinstance(each, dict)]
    return bool(lines) and all(_MARK in line for line in lines)
