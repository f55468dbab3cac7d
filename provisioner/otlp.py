"""How does telemetry of our own reach the collector, or a store? The one OTLP writer.

`verify` sends its probe to the collector with it; history goes to the stores directly.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import grpc
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    NumberDataPoint,
    ScopeMetrics,
)

from provisioner.backends import TIMEOUT_SECONDS, authorization, post_otlp
from provisioner.errors import DeliveryFailed
from provisioner.ledger import MILLISECOND_NS, Labels
from provisioner.records import Event, Increment, Value
from provisioner.workspace import Workspace

Request = ExportLogsServiceRequest | ExportMetricsServiceRequest
Protocol = Literal["grpc", "http/protobuf", "http/json"]
PROTOCOLS: tuple[Protocol, ...] = ("grpc", "http/protobuf", "http/json")
PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the resource and the instrumentation scope of the events."""

    service_name: str
    scope: str
    resource: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The collector's two OTLP addresses, and the token that it asks for."""

    grpc_address: str
    http_url: str
    token: str = field(default="", repr=False)


def door_of(workspace: Workspace) -> Door:
    """The door of a stack."""
    return Door(
        grpc_address=workspace.url("otlp_grpc").removeprefix("http://"),
        http_url=workspace.url("otlp_http"),
        token=workspace.token,
    )


def logs_request(sender: Sender, events: Sequence[Event]) -> ExportLogsServiceRequest:
    """An OTLP request that carries the events."""
    request = ExportLogsServiceRequest()
    resource_logs = request.resource_logs.add()
    resource = {"service.name": sender.service_name, **sender.resource}
    resource_logs.resource.attributes.extend(_attributes(resource))
    scope_logs = resource_logs.scope_logs.add()
    scope_logs.scope.name = sender.scope
    now = time.time_ns()
    for number, event in enumerate(events):
        record = scope_logs.log_records.add()
        # Never many at one instant: Loki compares entries of the same nanosecond pair by pair, and
        # 12,000 of them make every query that meets them take ten seconds. Observed as it
        # happened: sent again, the same event is the same entry to Loki.
        record.time_unix_nano = record.observed_time_unix_nano = event.at_ns or now + number
        record.body.string_value = f"{sender.service_name}.{event.name}"
        record.attributes.extend(_attributes({"event.name": event.name, **event.attributes}))
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Samples of one series: its name, its labels, and values by millisecond."""

    otel_name: str
    labels: Labels
    samples: Sequence[tuple[int, float]]


def gauges_request(
    gauges: Iterable[Gauge], sender: Sender | None = None
) -> ExportMetricsServiceRequest:
    """An OTLP request that carries gauges; without a sender, as the collector sends amounts."""
    request = ExportMetricsServiceRequest()
    scope_metrics = _scope_metrics(request, sender)
    points = {}
    for gauge in gauges:
        if gauge.otel_name not in points:
            metric = scope_metrics.metrics.add(name=gauge.otel_name)
            points[gauge.otel_name] = metric.gauge.data_points
        labelled = NumberDataPoint(attributes=_attributes(dict(gauge.labels)))
        for at_ms, value in gauge.samples:
            point = points[gauge.otel_name].add()
            point.CopyFrom(labelled)
            point.time_unix_nano = at_ms * MILLISECOND_NS
            point.as_double = value
    return request


def increments_request(
    sender: Sender, increments: Iterable[Increment]
) -> ExportMetricsServiceRequest:
    """An OTLP request that carries increments, as the client sends them: delta sums."""
    request = ExportMetricsServiceRequest()
    scope_metrics = _scope_metrics(request, sender)
    for increment in increments:
        total = scope_metrics.metrics.add(name=increment.name).sum
        total.is_monotonic = True
        total.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
        point = total.data_points.add(attributes=_attributes(increment.attributes))
        point.time_unix_nano = increment.at_ns or time.time_ns()
        point.as_double = increment.value
    return request


def _scope_metrics(request: ExportMetricsServiceRequest, sender: Sender | None) -> ScopeMetrics:
    """Where a request's metrics go: the resource and the scope of its sender, if any."""
    resource_metrics = request.resource_metrics.add()
    scope_metrics: ScopeMetrics = resource_metrics.scope_metrics.add()
    if sender:
        resource = {"service.name": sender.service_name, **sender.resource}
        resource_metrics.resource.attributes.extend(_attributes(resource))
        scope_metrics.scope.name = sender.scope
    return scope_metrics


def send_to_store(url: str, request: Request, key: Path | None = None) -> None:
    """Hand a request to a store's own receiver; raises DeliveryFailed unless it was accepted."""
    post_otlp(url, request.SerializeToString(), PROTOBUF, key=key)


def send(door: Door, request: Request, protocol: Protocol) -> None:
    """Hand a request to the collector; raises DeliveryFailed unless it was acknowledged."""
    signal = "logs" if isinstance(request, ExportLogsServiceRequest) else "metrics"
    url = f"{door.http_url}/v1/{signal}"
    match protocol:
        case "grpc":
            _send_grpc(door, request)
        case "http/protobuf":
            post_otlp(url, request.SerializeToString(), PROTOBUF, token=door.token)
        case "http/json":
            body = MessageToJson(request, indent=None).encode()
            post_otlp(url, body, "application/json", token=door.token)


def _send_grpc(door: Door, request: Request) -> None:
    address = door.grpc_address
    metadata = [(name.lower(), value) for name, value in authorization(door.token).items()]
    is_logs = isinstance(request, ExportLogsServiceRequest)
    # A proxy of the environment could not reach this machine's ports.
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            stub = (LogsServiceStub if is_logs else MetricsServiceStub)(channel)
            stub.Export(request, timeout=TIMEOUT_SECONDS, metadata=metadata)
        except grpc.RpcError as error:
            reason = f"{error.code().name}: {error.details()}"
            raise DeliveryFailed(address, reason) from error


def _attributes(values: Mapping[str, Value]) -> list[KeyValue]:
    return [_attribute(key, value) for key, value in values.items()]


@lru_cache(maxsize=8192, typed=True)
def _attribute(key: str, value: Value) -> KeyValue:
    """One attribute; most are the same on record after record, and making one takes long."""
    return KeyValue(key=key, value=_any_value(value))


def _any_value(value: Value) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case _:
            return AnyValue(string_value=value)
