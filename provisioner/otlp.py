"""How does telemetry of our own reach the collector? The one OTLP writer.

`verify` sends its probe with it; load tests and backfill will send theirs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import grpc
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from provisioner.backends import TIMEOUT_SECONDS, post_otlp
from provisioner.errors import DeliveryFailed

Protocol = Literal["grpc", "http/protobuf", "http/json"]
PROTOCOLS: tuple[Protocol, ...] = ("grpc", "http/protobuf", "http/json")
Value = str | bool | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One log record: its event name, attributes, and time in nanoseconds (0: now, in order)."""

    name: str
    attributes: Mapping[str, Value]
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends: the resource and the instrumentation scope of the events."""

    service_name: str
    scope: str
    resource: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The collector's two OTLP addresses."""

    grpc_address: str
    http_url: str


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
        # 12,000 of them make every query that meets them take ten seconds.
        record.time_unix_nano = event.at_ns or now + number
        record.observed_time_unix_nano = now
        record.body.string_value = f"{sender.service_name}.{event.name}"
        record.attributes.extend(_attributes({"event.name": event.name, **event.attributes}))
    return request


def send(door: Door, request: ExportLogsServiceRequest, protocol: Protocol) -> None:
    """Hand a request to the collector; raises DeliveryFailed unless it was acknowledged."""
    match protocol:
        case "grpc":
            _send_grpc(door.grpc_address, request)
        case "http/protobuf":
            body = request.SerializeToString()
            post_otlp(f"{door.http_url}/v1/logs", body, "application/x-protobuf")
        case "http/json":
            body = MessageToJson(request, indent=None).encode()
            post_otlp(f"{door.http_url}/v1/logs", body, "application/json")


def _send_grpc(address: str, request: ExportLogsServiceRequest) -> None:
    # A proxy of the environment could not reach this machine's ports.
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            stub = LogsServiceStub(channel)  # type: ignore[no-untyped-call]
            stub.Export(request, timeout=TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            reason = f"{error.code().name}: {error.details()}"
            raise DeliveryFailed(address, reason) from error


def _attributes(values: Mapping[str, Value]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any_value(value)) for key, value in values.items()]


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
