"""Is the past handed to the stores in requests that they take?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from provisioner import history
from provisioner.errors import DeliveryFailed
from provisioner.history import Stores, write_amounts, write_events
from provisioner.ledger import Series
from provisioner.normalise import Teller
from provisioner.records import Event
from tests.servers import Answer, Request, Server, serving

COST = Series("ledger.cost_usd", (("user", "ann"),))
LINES = Series("ledger.lines", (("type", "added"),))
EVENTS = [Event(name="user_prompt", attributes={"number": at}, at_ns=at) for at in range(1, 6)]


@contextmanager
def _store(status: int = 200) -> Iterator[tuple[Server, Stores]]:
    def answer(request: Request) -> Answer:
        del request
        return Answer(status=status)

    with serving(answer) as server:
        yield (
            server,
            Stores(prometheus_url=server.url, loki_url=server.url, loki_read_url=server.url),
        )


def test_amounts_go_to_prometheus_as_gauges_in_the_order_of_time() -> None:
    told: list[str] = []
    with _store() as (server, stores):
        written = write_amounts(stores, {COST: {2: 0.5, 1: 0.25}, LINES: {3: 7.0}}, told.append)
    (asked,) = server.requests
    assert asked.path == "/api/v1/otlp/v1/metrics"
    (resource,) = ExportMetricsServiceRequest.FromString(asked.body).resource_metrics
    cost, lines = resource.scope_metrics[0].metrics
    assert (cost.name, lines.name) == ("ledger.cost_usd", "ledger.lines")
    assert [(each.time_unix_nano, each.as_double) for each in cost.gauge.data_points] == [
        (1_000_000, 0.25),
        (2_000_000, 0.5),
    ]
    assert (written, told) == (3, ["3 amounts"])


def test_many_amounts_are_split_into_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SAMPLES_A_REQUEST", 3)
    amounts = {COST: dict.fromkeys(range(5), 1.0), LINES: {1: 2.0}}
    with _store() as (server, stores):
        assert write_amounts(stores, amounts, _nobody) == 6
    sent = [ExportMetricsServiceRequest.FromString(each.body) for each in server.requests]
    points = [
        [
            len(metric.gauge.data_points)
            for metric in each.resource_metrics[0].scope_metrics[0].metrics
        ]
        for each in sent
    ]
    assert points == [[3], [2, 1]]


def test_events_go_to_loki_in_a_stream_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "EVENTS_A_REQUEST", 2)
    teller = Teller(resource={"origin": "transcript"})
    with _store() as (server, stores):
        assert write_events(stores, EVENTS, teller, "past", _nobody) == len(EVENTS)
    sent = [ExportLogsServiceRequest.FromString(each.body) for each in server.requests]
    records = [each.resource_logs[0].scope_logs[0].log_records for each in sent]
    assert [len(each) for each in records] == [2, 2, 1]
    assert [each.time_unix_nano for batch in records for each in batch] == [1, 2, 3, 4, 5]
    resource = sent[0].resource_logs[0].resource.attributes
    assert {each.key: each.value.string_value for each in resource} == {
        "service.name": "claude-code",
        "origin": "transcript",
        "ingest_source": "past",
    }


def test_a_store_that_refuses_is_named() -> None:
    with (
        _store(status=400) as (server, stores),
        pytest.raises(DeliveryFailed, match="HTTP 400"),
    ):
        write_amounts(stores, {COST: {1: 1.0}}, _nobody)
    assert len(server.requests) == 1


def test_nothing_is_sent_when_there_is_nothing() -> None:
    with _store() as (server, stores):
        assert write_amounts(stores, {}, _nobody) == 0
        assert write_events(stores, [], Teller(), "past", _nobody) == 0
    assert server.requests == []


def _nobody(line: str) -> None:
    del line
