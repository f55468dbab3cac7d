"""Which amounts do records become?

What the collector's signal_to_metrics makes of records that arrive, this makes of records that do
not pass it: history from transcripts, and invented records for trying things out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from provisioner import telemetry
from provisioner.normalise import Teller, normalised
from provisioner.records import Event, Record
from provisioner.telemetry import Amount

Labels = tuple[tuple[str, str], ...]
"""Names and values, sorted by name."""

MILLISECOND_NS = 1_000_000

_AMOUNTS = {amount.name: amount for amount in telemetry.AMOUNTS}


@dataclass(frozen=True, slots=True)
class Series:
    """One series of the ledger: its name before Prometheus translates dots, and its labels."""

    otel_name: str
    labels: Labels

    @property
    def name(self) -> str:
        """As Prometheus calls it."""
        return self.otel_name.replace(".", "_")


Ledger = Mapping[Series, Mapping[int, float]]
"""What was spent in each series, by millisecond, both in the order in which they were first met."""


def ledger(
    records: Iterable[Record], teller: Teller, *, session_series: bool = True, step_ms: int = 1
) -> Ledger:
    """The amounts of records, those of one series in one step of time added up.

    Prometheus refuses a whole request for two samples of a series in one millisecond. A longer
    step, at whose end its amounts stand, does what a client's export interval does.
    """
    found: dict[Series, dict[int, float]] = {}
    for record in records:
        at_ms = -(-record.at_ns // (MILLISECOND_NS * step_ms)) * step_ms
        for series, value in amounts_of(record, teller, session_series=session_series):
            samples = found.setdefault(series, {})
            samples[at_ms] = samples.get(at_ms, 0.0) + value
    return found


def amounts_of(
    record: Record, teller: Teller, *, session_series: bool = True
) -> Iterator[tuple[Series, float]]:
    """What one record adds, and to which series."""
    is_event = isinstance(record, Event)
    made = _made_of(record.name, is_event=is_event, session_series=session_series)
    attributes = normalised(record, teller) if made else {}
    for amount in made:
        values = tuple([str(attributes.get(name, "")) for name in amount.labels])
        series = _series(amount.name, values)
        for part in amount.parts:
            added = part.added(record.name, attributes)
            if added is not None:
                yield series[part.suffix], added


@lru_cache(maxsize=1024)
def _made_of(name: str, *, is_event: bool, session_series: bool) -> tuple[Amount, ...]:
    kept = telemetry.amounts(session_series=session_series)
    return tuple(
        amount for amount in kept if name in amount.sources or (is_event and not amount.sources)
    )


@lru_cache(maxsize=65_536)
def _series(name: str, values: tuple[str, ...]) -> Mapping[str, Series]:
    """The series of an amount whose labels have these values, by the suffix of its parts."""
    amount = _AMOUNTS[name]
    given = zip(amount.labels, values, strict=True)
    labels = {
        label: value or "unknown"
        for label, value in given
        if value or label not in telemetry.OPTIONAL_LABELS
    }
    return {
        part.suffix: Series(amount.otel_name, _sorted(labels, amount.suffix_label, part.suffix))
        for part in amount.parts
    }


def _sorted(labels: Mapping[str, str], suffix_label: str, suffix: str) -> Labels:
    own = {suffix_label: suffix} if suffix_label else {}
    return tuple(sorted({**labels, **own}.items()))
