"""Why has the stack likely not heard of an answer?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from provisioner.backends import Prometheus
from provisioner.books.told import DAY_MS, Told
from provisioner.transcripts.model import Response

Reason = Literal[
    "before the stack",
    "stack down",
    "telemetry off",
    "client ended first",
    "export stalled",
]
MEANING: Mapping[Reason, str] = {
    "before the stack": "from before the stack's first sign of life",
    "stack down": "the collector or Prometheus was away then",
    "telemetry off": "the session had sent nothing: telemetry was off, or pointed elsewhere",
    "client ended first": "the client ended before it had sent the last of it",
    "export stalled": "sent before and after, but not this: an export stalled or failed",
}

SCRAPES_MS = 25_000
"""A scrape further away than this tells nothing of an answer: there should have been another."""

_UP = 'up{job="collector"}'
_EVER_UP = 'count_over_time(up{job="collector"}[1h])'
_HOUR_MS = 3_600_000
DAY_SECONDS = DAY_MS // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How the collector was seen, up or not, in the order of time, and since when at all.

    `heard` is from when to when sessions spoke.
    """

    since_ms: float
    scrapes: Sequence[tuple[int, bool]]
    heard: Mapping[str, tuple[int, int]]

    def reason(self, response: Response) -> Reason:
        """The likely reason why the answer was not told."""
        if response.at_ms < self.since_ms:
            return "before the stack"
        if not self._was_up(response.at_ms):
            return "stack down"
        first, last = self.heard.get(response.session, (response.at_ms + 1, 0))
        if response.at_ms < first:
            return "telemetry off"
        return "client ended first" if response.at_ms > last else "export stalled"

    def _was_up(self, at_ms: int) -> bool:
        """By the last scrape before it and the first one after, as far as there were any."""
        after = bisect_left(self.scrapes, (at_ms, False))
        nearest = self.scrapes[max(0, after - 1) : after + 1]
        near = [is_up for when, is_up in nearest if abs(when - at_ms) <= SCRAPES_MS]
        return bool(near) and all(near)


def past(
    prometheus: Prometheus, told: Iterable[Told], missing: Sequence[Response], span: tuple[int, int]
) -> Past:
    """What the stores remember of the time in which answers are missing."""
    heard: dict[str, tuple[int, int]] = {}
    for each in told:
        if each.origin == "live":
            first, last = heard.get(each.session, (each.at_ms, each.at_ms))
            heard[each.session] = min(each.at_ms, first), max(each.at_ms, last)
    if not missing:
        return Past(since_ms=0, scrapes=(), heard=heard)
    start, end = (each / 1000 for each in span)
    signs = prometheus.query_range(_EVER_UP, start, end + 3600, 3600)
    since = min((each.at * 1000 - _HOUR_MS for each in signs), default=float("inf"))
    days = {each.at_ms // DAY_MS for each in missing if each.at_ms >= since}
    return Past(since_ms=since, scrapes=_scrapes(prometheus, sorted(days)), heard=heard)


def _scrapes(prometheus: Prometheus, days: Iterable[int]) -> list[tuple[int, bool]]:
    found: set[tuple[int, bool]] = set()
    for day in days:
        end = ((day + 1) * DAY_MS + SCRAPES_MS) / 1000
        samples = prometheus.samples(_UP, DAY_SECONDS + 2 * SCRAPES_MS // 1000, end)
        found |= {(round(each.at * 1000), each.value == 1) for each in samples}
    return sorted(found)
