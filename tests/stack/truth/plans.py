"""What was everybody told of their plan's limits, and which of them go on at the end?

Told by the real status line. One limit starts anew before the end: the stack still has its last
word then, and no panel may show it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.stack.books import eventually
from tests.stack.plan_limits import seen_limits, tell_limits
from tests.stack.stacks import TestStack
from tests.stack.truth import fed
from tests.stack.truth.facts import Fact

SOON_SECONDS = 40
"""Long enough for the status line to tell of it."""

USED: Mapping[str, Mapping[str, float]] = {
    fed.ADA.email: {"five_hour": 42.5, "seven_day": 97.0},
    fed.GRACE.email: {"five_hour": 80.0},
    fed.LINUS.email: {"five_hour": 12.0, "seven_day": 3.5},
}
"""By user and window, in percent."""

ENDED = (fed.LINUS.email, "five_hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What goes on, and when the limit that does not has started anew."""

    facts: Sequence[Fact]
    anew_at: float


def tell_all(stack: TestStack, folder: Path) -> Plans:
    """Let every status line speak, and wait until Prometheus has heard it."""
    now = time.time()
    for number, (email, used) in enumerate(USED.items()):
        windows = {
            window: (share, now + (SOON_SECONDS if (email, window) == ENDED else 86_400))
            for window, share in used.items()
        }
        tell_limits(stack, folder / str(number), email, windows)
    for email, used in USED.items():
        told = {("used_ratio", window): share / 100 for window, share in used.items()}
        eventually(partial(_used, stack, email), told)
    return Plans(facts=_facts(), anew_at=now + SOON_SECONDS)


def _used(stack: TestStack, email: str) -> dict[tuple[str, str], float]:
    seen = seen_limits(stack, email)
    return {key: value for key, value in seen.items() if key[0] == "used_ratio"}


def _facts() -> list[Fact]:
    return [
        Fact(measure="plan limit", amount=share / 100, labels={"user": email, "window": window})
        for email, used in USED.items()
        for window, share in used.items()
        if (email, window) != ENDED
    ]
