"""How long is `3s`, `3000ms` or `1.5`? Without a unit it is seconds."""

from __future__ import annotations

import re

from provisioner.errors import WrongArgument

SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 3600.0

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def parse_interval(text: str) -> float:
    """Seconds; raises WrongArgument."""
    found = _SPAN.fullmatch(text.strip().lower())
    seconds = float(found[1]) * _UNITS.get(found[2], 0.0) if found else 0.0
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise WrongArgument("--interval", text, "100ms to 60m, as in 3s or 500ms")
    return seconds
