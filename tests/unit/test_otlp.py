"""Is telemetry of our own what a collector takes, over every protocol?"""

from __future__ import annotations

import json
import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from provisioner.errors import DeliveryFailed
from provisioner.otlp import (
    PROTOCOLS,
    Door,
    Gauge,
    Protocol,
    Sender,
    gauges_request,
    increments_request,
    logs_request,
    send,
)
from provisioner.records import Event, Increment
from tests.ports import free_ports
from tests.servers import Answer, Request, grpc_door, serving

SENDER = Sender(service_name="claude-otel", scope="a.scope", resource={"team": "blue"})
EVENT = Event(
    name="probe",
    attributes={"text": "é", "yes": True, "count": 3, "share": 0.5},
    at_ns=1_700_000_000_123_456_789,
)


def _request() -> ExportLogsServiceRequest:
    return logs_request(SENDER, [EVENT])


def test_a_request_carries_resource_scope_and_event() -> None:
    (resource,) = _request().resource_logs
    (scope,) = resource.scope_logs
    (record,) = scope.log_records
    assert {each.key: each.value.string_value for each in resource.resource.attributes} == {
        "service.name": "claude-otel",
        "team": "blue",
    }
    assert scope.scope.name == "a.scope"
    assert record.body.string_value == "claude-otel.probe"
    assert record.time_unix_nano == record.observed_time_unix_nano == EVENT.at_ns


def test_values_keep_their_types() -> None:
    record = _request().resource_logs[0].scope_logs[0].log_records[0]
    kinds = {each.key: each.value.WhichOneof("value") for each in record.attributes}
    assert kinds == {
        "event.name": "string_value",
        "text": "string_value",
        "yes": "bool_value",
        "count": "int_value",
        "share": "double_value",
    }


def test_an_event_without_a_time_happens_now() -> None:
    before = time.time_ns()
    request = logs_request(SENDER, [Event(name="probe", attributes={})])
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    assert before <= record.time_unix_nano <= time.time_ns()
    assert record.observed_time_unix_nano == record.time_unix_nano


def test_events_without_a_time_happen_one_after_another() -> None:
    request = logs_request(SENDER, [Event(name="probe", attributes={})] * 3)
    records = request.resource_logs[0].scope_logs[0].log_records
    first = records[0].time_unix_nano
    assert [record.time_unix_nano - first for record in records] == [0, 1, 2]


def test_gauges_of_one_name_are_one_metric_without_a_resource() -> None:
    gauges = [
        Gauge(otel_name="ledger.lines", labels=(("type", kind),), samples=samples)
        for kind, samples in (("added", [(1, 2.5), (2, 3.0)]), ("removed", [(1, 1.0)]))
    ]
    (resource,) = gauges_request(gauges).resource_metrics
    (metric,) = resource.scope_metrics[0].metrics
    assert not resource.resource.attributes
    assert metric.name == "ledger.lines"
    found = [
        (point.attributes[0].value.string_value, point.time_unix_nano, point.as_double)
        for point in metric.gauge.data_points
    ]
    assert found == [
        ("added", 1_000_000, 2.5),
        ("added", 2_000_000, 3.0),
        ("removed", 1_000_000, 1.0),
    ]


def test_gauges_of_a_sender_have_its_resource_and_scope() -> None:
    gauge = Gauge(otel_name="a.gauge", labels=(), samples=[(1, 2.0)])
    (resource,) = gauges_request([gauge], SENDER).resource_metrics
    assert {each.key: each.value.string_value for each in resource.resource.attributes} == {
        "service.name": "claude-otel",
        "team": "blue",
    }
    assert resource.scope_metrics[0].scope.name == "a.scope"


def test_increments_are_deltas_as_the_client_sends_them() -> None:
    increment = Increment(name="claude_code.commit.count", value=2, attributes={"a": "b"}, at_ns=5)
    (resource,) = increments_request(SENDER, [increment]).resource_metrics
    (metric,) = resource.scope_metrics[0].metrics
    (point,) = metric.sum.data_points
    delta = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
    assert (metric.sum.aggregation_temporality, metric.sum.is_monotonic) == (delta, True)
    assert (point.time_unix_nano, point.as_double) == (5, 2.0)


def test_metrics_go_to_their_own_path() -> None:
    increment = Increment(name="claude_code.commit.count", value=2, attributes={})
    request = increments_request(SENDER, [increment])
    with serving(_accept) as server:
        send(Door(grpc_address="", http_url=server.url), request, "http/protobuf")
    (asked,) = server.requests
    assert asked.path == "/v1/metrics"
    assert ExportMetricsServiceRequest.FromString(asked.body) == request


def test_grpc_hands_over_the_whole_request() -> None:
    received: list[ExportLogsServiceRequest] = []
    request = _request()
    with grpc_door(received) as port:
        send(Door(grpc_address=f"127.0.0.1:{port}", http_url=""), request, "grpc")
    assert received == [request]


def test_grpc_does_not_ask_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{next(free_ports())}")
    for name in ("no_grpc_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    received: list[ExportLogsServiceRequest] = []
    with grpc_door(received) as port:
        send(Door(grpc_address=f"127.0.0.1:{port}", http_url=""), _request(), "grpc")
    assert len(received) == 1


def test_grpc_that_is_refused_was_not_delivered_and_says_why() -> None:
    with (
        grpc_door([], refusal="queue is full") as port,
        pytest.raises(DeliveryFailed, match="UNAVAILABLE: queue is full"),
    ):
        send(Door(grpc_address=f"127.0.0.1:{port}", http_url=""), _request(), "grpc")


def test_protobuf_over_http_is_the_same_request() -> None:
    request = _request()
    asked = _sent_over_http(request, "http/protobuf")
    assert asked.path == "/v1/logs"
    assert asked.headers["Content-Type"] == "application/x-protobuf"
    assert ExportLogsServiceRequest.FromString(asked.body) == request


def test_json_over_http_follows_the_specification() -> None:
    asked = _sent_over_http(_request(), "http/json")
    assert asked.headers["Content-Type"] == "application/json"
    (resource,) = json.loads(asked.body)["resourceLogs"]
    (record,) = resource["scopeLogs"][0]["logRecords"]
    # 64-bit integers are strings in OTLP's JSON, names are in camel case.
    assert record["timeUnixNano"] == "1700000000123456789"
    assert {"key": "count", "value": {"intValue": "3"}} in record["attributes"]
    assert {"key": "text", "value": {"stringValue": "é"}} in record["attributes"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_nobody_takes_was_not_delivered(protocol: Protocol) -> None:
    port = next(free_ports())
    door = Door(grpc_address=f"127.0.0.1:{port}", http_url=f"http://127.0.0.1:{port}")
    with pytest.raises(DeliveryFailed) as caught:
        send(door, _request(), protocol)
    assert f"127.0.0.1:{port}" in caught.value.endpoint


def _accept(asked: Request) -> Answer:
    del asked
    return Answer()


def _sent_over_http(request: ExportLogsServiceRequest, protocol: Protocol) -> Request:
    with serving(_accept) as server:
        send(Door(grpc_address="", http_url=server.url), request, protocol)
    (asked,) = server.requests
    return asked
