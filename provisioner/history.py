"""How does the past enter the stores? Straight into them, behind the collector's back.

The collector stamps amounts with the moment of their arrival, so what is older than that must not
pass it. The caller sees to it that nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from provisioner.keys import key_file
from provisioner.ledger import Ledger
from provisioner.normalise import Teller, stored
from provisioner.otlp import (
    Gauge,
    Sender,
    gauges_request,
    logs_request,
    send_to_store,
)
from provisioner.records import Event
from provisioner.runtime.model import Report
from provisioner.telemetry import EVENT_SCOPE
from provisioner.workspace import Workspace

SAMPLES_A_REQUEST = 20_000
EVENTS_A_REQUEST = 4_000
"""Both are a few megabytes, below what the stores read of one request."""

INGEST_SOURCE = "ingest_source"
"""The resource attribute that gives history streams of its own: Loki refuses entries that are much
older than the newest of their stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the two stores are written, with the stack's key, and where Loki is read."""

    prometheus_url: str
    loki_url: str
    loki_read_url: str
    key: Path | None = None


def stores_of(workspace: Workspace) -> Stores:
    """The stores of a stack."""
    return Stores(
        prometheus_url=workspace.engine_url("prometheus_engine"),
        loki_url=workspace.engine_url("loki_engine"),
        loki_read_url=workspace.url("loki"),
        key=key_file(workspace.home),
    )


def write_amounts(stores: Stores, ledger: Ledger, report: Report) -> int:
    """Add amounts to Prometheus; returns how many. Raises DeliveryFailed where it stopped."""
    url = f"{stores.prometheus_url}/api/v1/otlp/v1/metrics"
    written = 0
    for gauges in _requests(_gauges(ledger)):
        send_to_store(url, gauges_request(gauges), stores.key)
        written += sum(len(gauge.samples) for gauge in gauges)
        report(f"{written:,} amounts")
    return written


def write_events(
    stores: Stores, events: Iterable[Event], teller: Teller, source: str, report: Report
) -> int:
    """Add events, oldest first, to Loki in a stream of their source; returns how many.

    Raises DeliveryFailed where it stopped.
    """
    url = f"{stores.loki_url}/otlp/v1/logs"
    resource = {**teller.resource, INGEST_SOURCE: source}
    sender = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=resource)
    written = 0
    remaining = iter(events)
    while batch := [stored(event, teller) for event in islice(remaining, EVENTS_A_REQUEST)]:
        send_to_store(url, logs_request(sender, batch), stores.key)
        written += len(batch)
        report(f"{written:,} events")
    return written


def _gauges(ledger: Ledger) -> Iterator[Gauge]:
    for series, amounts in ledger.items():
        samples = sorted(amounts.items())
        for start in range(0, len(samples), SAMPLES_A_REQUEST):
            part = samples[start : start + SAMPLES_A_REQUEST]
            yield Gauge(otel_name=series.otel_name, labels=series.labels, samples=part)


def _requests(gauges: Iterable[Gauge]) -> Iterator[Sequence[Gauge]]:
    batch: list[Gauge] = []
    room = SAMPLES_A_REQUEST
    for gauge in gauges:
        if len(gauge.samples) > room:
            yield batch
            batch, room = [], SAMPLES_A_REQUEST
        batch.append(gauge)
        room -= len(gauge.samples)
    if batch:
        yield batch
