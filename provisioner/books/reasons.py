"""Why has the stack likely not heard of an answer?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from provisioner.backends import Prometheus
from provisioner.books.told import Told, parts
from provisioner.transcripts.model import Response

Reason = Literal[
    "before the stack",
    "stack down",
    "telemetry off",
    "client ended first",
    "lost on the way",
]
MEANING: Mapping[Reason, str] = {
    "before the stack": "from before the stack's first sign of life",
    "stack down": "the collector or Prometheus was away then",
    "telemetry off": "the session sent nothing: telemetry was off, or pointed elsewhere",
    "client ended first": "the client ended before it had sent the last of it",
    "lost on the way": "sent before and after, but not this: an export of the client failed",
}

STEP_MS = 30_000
_UP = 'min_over_time(up{job="collector"}[30s])'
_EVER_UP = 'count_over_time(up{job="collector"}[1h])'
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """When the collector was first seen up, in which steps, and when sessions last spoke."""

    first_ms: float
    up: frozenset[int]
    last_words: Mapping[str, int]

    def reason(self, response: Response) -> Reason:
        """The likely reason why the answer was not told."""
        if response.at_ms < self.first_ms:
            return "before the stack"
        # What is answered is sent some seconds later.
        step = response.at_ms // STEP_MS
        if not self.up.issuperset((step, step + 1)):
            return "stack down"
        last = self.last_words.get(response.session)
        if last is None:
            return "telemetry off"
        return "client ended first" if response.at_ms > last else "lost on the way"


def past(
    prometheus: Prometheus, told: Iterable[Told], missing: Sequence[Response], span: tuple[int, int]
) -> Past:
    """What the stores remember of the time in which answers are missing."""
    last_words: dict[str, int] = {}
    for each in told:
        if each.origin == "live":
            last_words[each.session] = max(each.at_ms, last_words.get(each.session, 0))
    if not missing:
        return Past(first_ms=0, up=frozenset(), last_words=last_words)
    start, end = span
    signs = prometheus.query_range(_EVER_UP, start / 1000, end / 1000 + 3600, 3600)
    first = min((each.at * 1000 - _HOUR_MS for each in signs), default=float("inf"))
    times = [each.at_ms for each in missing if each.at_ms >= first]
    up = _up(prometheus, min(times), max(times)) if times else frozenset()
    return Past(first_ms=first, up=up, last_words=last_words)


def _up(prometheus: Prometheus, first_ms: int, last_ms: int) -> frozenset[int]:
    """The steps of time at whose whole length the collector answered every scrape."""
    start = first_ms // STEP_MS * STEP_MS
    found: set[int] = set()
    for begin, end in parts(start, last_ms + 3 * STEP_MS, days=3):
        span = (begin / 1000, end / 1000, STEP_MS / 1000)
        # A value at the end of a step tells of the step.
        samples = prometheus.query_range(_UP, *span)
        found |= {round(each.at * 1000) // STEP_MS - 1 for each in samples if each.value == 1}
    return frozenset(found)
