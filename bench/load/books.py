"""Is all that was acknowledged in both stores, and once? Sums of the two against the truth.

Events are counted by person and kind, money by session, tokens and counters by person: one that is
missing and another that is there twice would still show.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.load.batches import Sums
from provisioner.backends import Loki, Prometheus, Sample

TOLERANCE = 1e-9
WINDOW_SECONDS = 20
"""So much of the events' time Loki is asked for at once; all of it takes it too long."""

_BILLION = 10**9

_AMOUNTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "events": ("ledger_events", ("user", "event_name")),
    "cost": ("ledger_session_cost_usd", ("session",)),
    "tokens": ("ledger_tokens", ("user", "type")),
    "lines": ("ledger_lines", ("user", "type")),
    "active": ("ledger_active_seconds", ("user", "type")),
}
_CLIENTS = 'service_name="claude-code", ingest_source=""'
_ENTRIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "events": (f"count_over_time({{{_CLIENTS}}} [%ds])", ("user", "event_name")),
    "cost": (
        f'sum_over_time({{{_CLIENTS}, event_name="api_request"}} | unwrap cost_usd [%ds])',
        ("session_id",),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one store has of the truth: events too few, events too many, and sums that differ."""

    store: str
    missing: int
    twice: int
    others: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        return not (self.missing or self.twice or self.others)

    def __str__(self) -> str:
        """What is wrong, in a few words."""
        wrong = f"{self.store}: {self.missing:,} events lost, {self.twice:,} twice"
        more = f" and {len(self.others) - 3} more" if len(self.others) > 3 else ""  # noqa: PLR2004
        return "; ".join((wrong, *self.others[:3])) + more


def account(store: str, truth: Sums, found: Sums) -> Account:
    """Compare what a store has with what is true of it; nothing else may be there."""
    off = {key: found.get(key, 0.0) - truth.get(key, 0.0) for key in truth.keys() | found.keys()}
    events = [amount for key, amount in off.items() if key[0] == "events"]
    return Account(
        store=store,
        missing=round(-math.fsum(min(each, 0.0) for each in events)),
        twice=round(math.fsum(max(each, 0.0) for each in events)),
        others=tuple(_differences(truth, found)),
    )


def _differences(truth: Sums, found: Sums) -> Iterator[str]:
    for key in sorted(truth.keys() | found.keys()):
        was, is_there = truth.get(key, 0.0), found.get(key, 0.0)
        is_equal = math.isclose(was, is_there, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        if key[0] != "events" and not is_equal:
            yield f"{' '.join(key)}: {was:.10g} acknowledged, {is_there:.10g} there"


def in_prometheus(store: Prometheus, seconds: float) -> Sums:
    """What the ledger says of the last seconds."""
    found: dict[tuple[str, ...], float] = {}
    for what, (series, labels) in _AMOUNTS.items():
        query = f"sum by ({','.join(labels)}) (sum_over_time({series}[{math.ceil(seconds)}s]))"
        found |= {(what, *_values(each, labels)): each.value for each in store.query(query)}
    return {key: value for key, value in found.items() if value}


def in_loki(store: Loki, seconds: float) -> Sums:
    """What there is of events whose own times are in the last seconds, or in the next minute."""
    sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
    end = math.ceil(time.time()) + 60
    for what, (query, labels) in _ENTRIES.items():
        asked = f"sum by ({','.join(labels)}) ({query % WINDOW_SECONDS})"
        for at in range(end, end - 60 - math.ceil(seconds) - WINDOW_SECONDS, -WINDOW_SECONDS):
            for each in store.query(asked, at * _BILLION):
                sums[what, *_values(each, labels)] += each.value
    return dict(sums)


def known_to_loki(truth: Sums) -> Sums:
    """What of the truth is in events: all but counters, and tokens, which would take it long."""
    return {key: value for key, value in truth.items() if key[0] in _ENTRIES}


def accounts(
    prometheus: Prometheus, loki: Loki, truth: Sums, seconds: float
) -> tuple[Account, Account]:
    """What both stores have of what was acknowledged in the last seconds."""
    return (
        account("Prometheus", truth, in_prometheus(prometheus, seconds)),
        account("Loki", known_to_loki(truth), in_loki(loki, seconds)),
    )


def _values(sample: Sample, labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sample.labels.get(name, "") for name in labels)
