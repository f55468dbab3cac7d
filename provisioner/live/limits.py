"""How much of the plan's own limits is used, as the client told its status line last?

The client hands them to its status line only, on subscriptions only, and only after a session's
first answer. They are kept so that reports can show them. Loads fast: every prompt waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from provisioner.live.state import state_path, write_state

SCHEMA = "claude-otel/limits/1"

LARGEST = 1e11
"""No share and no moment (epoch s) is larger; what is came from a mistake."""


class Window(NamedTuple):
    """One limit: how much of it is used, 0 to 100 and above, and when it starts anew (epoch s)."""

    used_percentage: float
    resets_at: float


class Limits(NamedTuple):
    """The limits, and when they were told (epoch s); None is a limit nobody spoke of."""

    told_at: float
    five_hour: Window | None
    seven_day: Window | None

    def at(self, now: float) -> Limits:
        """Without the windows that have ended since: what is used of the next one is not known."""
        return self._replace(
            five_hour=_unless_over(self.five_hour, now), seven_day=_unless_over(self.seven_day, now)
        )


def limits_path() -> Path:
    """Where they are kept: the user's state directory."""
    return state_path("limits")


def read_limits(path: Path | None = None) -> Limits | None:
    """The limits as told last, ended windows included; None where none were told."""
    try:
        kept = json.loads((path or limits_path()).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("schema") != SCHEMA:
        return None
    return parse_limits(kept, sound_number(kept.get("told_at")) or 0.0)


def parse_limits(told: object, now: float) -> Limits | None:
    """What the client says in `rate_limits` of its status line; None if that is nothing."""
    if not isinstance(told, dict):
        return None
    five_hour, seven_day = _window(told.get("five_hour")), _window(told.get("seven_day"))
    if five_hour is None and seven_day is None:
        return None
    return Limits(told_at=now, five_hour=five_hour, seven_day=seven_day)


def store_limits(told: Limits, path: Path | None = None) -> Limits:
    """Keep what was told now, and give what is known with it.

    Sessions that idle repeat what they were told once, so within a window the larger share is the
    later one, and a window that has ended is not taken.
    """
    path = path or limits_path()
    kept = read_limits(path)
    known = told.at(told.told_at)
    if kept is not None:
        before = kept.at(told.told_at)
        known = known._replace(
            five_hour=_later(before.five_hour, known.five_hour),
            seven_day=_later(before.seven_day, known.seven_day),
        )
    _write(known, path)
    return known


def _later(kept: Window | None, told: Window | None) -> Window | None:
    if kept is None or told is None:
        return told or kept
    if kept.resets_at == told.resets_at and kept.used_percentage > told.used_percentage:
        return kept
    return told


def _unless_over(window: Window | None, now: float) -> Window | None:
    return window if window is not None and window.resets_at > now else None


def _window(told: object) -> Window | None:
    if not isinstance(told, Mapping):
        return None
    used, resets_at = sound_number(told.get("used_percentage")), sound_number(told.get("resets_at"))
    return None if used is None or resets_at is None else Window(used, resets_at)


def sound_number(value: object) -> float | None:
    """The number, if it is one that can be shown: not negative, no NaN, not without end."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= LARGEST else None


def _write(limits: Limits, path: Path) -> None:
    text: dict[str, Any] = {"schema": SCHEMA, "told_at": limits.told_at}
    for name in ("five_hour", "seven_day"):
        window = getattr(limits, name)
        text[name] = None if window is None else window._asdict()
    write_state(path, json.dumps(text) + "\n")
