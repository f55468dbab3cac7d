"""Who hands the same exports to several stacks at their time? A few threads, to each in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import click
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from bench.plain.clients import Export
from bench.plain.counters import Point, Temporality
from provisioner.errors import DeliveryFailed
from provisioner.ledger import MILLISECOND_NS
from provisioner.otlp import Door, Request, Sender, increments_request, logs_request, send
from provisioner.records import Increment
from provisioner.runtime.model import Report
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE

THREADS = 16
LATE_SECONDS = 2.0
EVENTS = Sender(service_name="claude-code", scope=EVENT_SCOPE)
COUNTERS = Sender(service_name="claude-code", scope=METRIC_SCOPE)
BODY = "claude_code."
UNITS = {
    "claude_code.cost.usage": "USD",
    "claude_code.token.usage": "tokens",
    "claude_code.active_time.total": "s",
}
TEMPORALITIES: dict[Temporality, AggregationTemporality.ValueType] = {
    "delta": AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA,
    "cumulative": AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who is handed the exports, and of which temporality their counters are."""

    name: str
    door: Door
    temporality: Temporality


def offer(exports: Sequence[Export], takers: Sequence[Taker], report: Report) -> None:
    """Hand all exports over, each at its time; fails if one is refused, or comes too late."""
    began_ms = time.time_ns() // MILLISECOND_NS
    with ThreadPoolExecutor(THREADS) as pool:
        running: list[Future[None]] = []
        for number, export in enumerate(exports):
            now_ms = time.time_ns() // MILLISECOND_NS - began_ms
            time.sleep(max(export.at_ms - now_ms, 0) / 1000)
            first = number % len(takers)
            turn = (*takers[first:], *takers[:first])
            running.append(pool.submit(_hand_over, export, turn, began_ms))
            report(f"{export.at_ms // 1000} of {exports[-1].at_ms // 1000} s of work offered")
        for each in running:
            each.result()


def _hand_over(export: Export, takers: Sequence[Taker], began_ms: int) -> None:
    for taker in takers:
        for request in _requests(export, taker.temporality, began_ms):
            try:
                send(taker.door, request, "grpc")
            except DeliveryFailed as error:
                raise click.ClickException(f"{taker.name} refused an export: {error}") from error
    late = time.time() - (began_ms + export.at_ms) / 1000
    if late > LATE_SECONDS:
        raise click.ClickException(f"an export was {late:.1f} s late: fewer --developers, please")


def _requests(export: Export, temporality: Temporality, began_ms: int) -> Iterator[Request]:
    if export.events:
        began_ns = began_ms * MILLISECOND_NS
        events = [replace(event, at_ns=event.at_ns + began_ns) for event in export.events]
        yield _as_the_client(logs_request(EVENTS, events))
    if points := export.points.get(temporality):
        yield points_request(points, temporality, began_ms)


def _as_the_client(request: ExportLogsServiceRequest) -> ExportLogsServiceRequest:
    """With the client's own bodies, for which the copied configuration's panels look."""
    for record in request.resource_logs[0].scope_logs[0].log_records:
        record.body.string_value = record.body.string_value.replace("claude-code.", BODY)
    return request


def points_request(
    points: Sequence[Point], temporality: Temporality, began_ms: int
) -> ExportMetricsServiceRequest:
    """An OTLP request that carries points as the client sends them, units and starts included."""
    increments = [
        Increment(
            name=point.name,
            value=point.value,
            attributes=point.attributes,
            at_ns=(began_ms + point.end_ms) * MILLISECOND_NS,
        )
        for point in points
    ]
    request = increments_request(COUNTERS, increments)
    metrics = request.resource_metrics[0].scope_metrics[0].metrics
    for point, metric in zip(points, metrics, strict=True):
        metric.unit = UNITS.get(point.name, "")
        metric.sum.aggregation_temporality = TEMPORALITIES[temporality]
        start_ns = (began_ms + point.start_ms) * MILLISECOND_NS
        metric.sum.data_points[0].start_time_unix_nano = start_ns
    return request
