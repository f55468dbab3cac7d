"""What had the account used when it was counted last? Kept for the status line.

Counting takes longer than a prompt should wait, so it is done beside it, and the line shows what
was counted a moment ago. Loads fast.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import NamedTuple

from provisioner.live.state import state_path, write_state

SCHEMA = "claude-otel/now/1"

SOONEST_SECONDS = 10.0
PAUSES = 50
"""Between two counts are so many times what the last one took."""


class Now(NamedTuple):
    """Dollars of today and of the block that goes on, when that ends, and when it was counted.

    Times are seconds since 1970; 0 as `block_end` means that there is no block. A cost is None
    where no model of it has a price.
    """

    at: float
    took: float
    today_usd: float | None
    block_usd: float | None
    block_end: float


def now_path() -> Path:
    """Where it is kept."""
    return state_path("now")


def read_now(path: Path) -> Now | None:
    """What was counted last; None where nothing was, or the file is not ours."""
    try:
        kept = json.loads(path.read_bytes())
        return Now(*(kept[name] for name in Now._fields)) if kept["schema"] == SCHEMA else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_now(now: Now, path: Path) -> None:
    """Keep what was counted."""
    write_state(path, json.dumps({"schema": SCHEMA, **now._asdict()}) + "\n")


def is_of_today(now: Now, at: float) -> bool:
    """Whether it was counted on the day of that moment, by this machine's clock."""
    return time.localtime(now.at)[:3] == time.localtime(at)[:3]


def claim_count(now: Now | None, path: Path, at: float) -> bool:
    """Whether it is time to count again; if so, nobody else should for a while."""
    pause = max(SOONEST_SECONDS, now.took * PAUSES if now else 0.0)
    claim = path.with_suffix(".asked")
    try:
        if abs(at - claim.stat().st_mtime) < pause:
            return False
    except OSError:
        claim.parent.mkdir(parents=True, exist_ok=True)
    claim.touch()
    os.utime(claim, (at, at))
    return True
