"""Does each answer get into both stores, or is it said that it does not?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from provisioner.books.enter import MOST_STREAMS, Pen
from provisioner.books.names import Who
from provisioner.books.notes import Note, notes
from provisioner.errors import DeliveryFailed
from provisioner.history import Stores
from tests.servers import Answer, Request, serving, success
from tests.unit.books.answers import NOON_MS, response

WHO = Who(user="ann", team="core", project="acme/widgets")
NEWEST = {"transcript": NOON_MS + 2}
"""What a stream of the stand-in takes: nothing that is older than this."""


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Both stores: Loki keeps what it has nothing against, Prometheus takes all or nothing."""

    refused_ms: int = 0
    is_down: bool = False
    newest: dict[str, int] = field(default_factory=dict)
    entries: dict[str, tuple[str, int]] = field(default_factory=dict)
    samples: set[tuple[str, int]] = field(default_factory=set)

    def answer(self, request: Request) -> Answer:
        if request.path == "/otlp/v1/logs":
            return self._logs(ExportLogsServiceRequest.FromString(request.body))
        if request.path.endswith("/metrics"):
            return self._metrics(ExportMetricsServiceRequest.FromString(request.body))
        streams = [
            {"stream": {"transcript_key": key}, "values": [[str(at * 1_000_000), ""]]}
            for key, (_, at) in self.entries.items()
        ]
        return success({"result": streams})

    def _logs(self, request: ExportLogsServiceRequest) -> Answer:
        (resource,) = request.resource_logs
        stream = {each.key: each.value.string_value for each in resource.resource.attributes}
        name, is_whole = stream["ingest_source"], True
        for record in resource.scope_logs[0].log_records:
            at_ms = record.time_unix_nano // 1_000_000
            said = {each.key: each.value.string_value for each in record.attributes}
            if at_ms < self.newest.get(name, 0):
                is_whole = False
            else:
                self.entries[said["transcript_key"]] = (name, at_ms)
        return Answer() if is_whole else Answer(status=400, body=b"entry too far behind")

    def _metrics(self, request: ExportMetricsServiceRequest) -> Answer:
        if self.is_down:
            return Answer(status=503)
        points = {
            (metric.name, point.time_unix_nano // 1_000_000)
            for metric in request.resource_metrics[0].scope_metrics[0].metrics
            for point in metric.gauge.data_points
        }
        if any(at == self.refused_ms for _, at in points):
            return Answer(status=400, body=b"out of bounds")
        self.samples |= points
        return Answer()


@contextmanager
def _writing(shelf: Shelf) -> Iterator[Pen]:
    with serving(shelf.answer) as server:
        stores = Stores(prometheus_url=server.url, loki_url=server.url, loki_read_url=server.url)
        yield Pen(stores=stores, session_series=True)


def _made(count: int) -> list[Note]:
    return list(notes(((response(number), WHO) for number in range(count)), ()))


def test_answers_get_into_both_stores() -> None:
    shelf, said = Shelf(), list[str]()
    with _writing(shelf) as pen:
        pen.enter(_made(3), said.append)
    assert {name for name, _ in shelf.entries.values()} == {"transcript"}
    assert {at for _, at in shelf.samples} == {at for _, at in shelf.entries.values()}
    assert (pen.entered.answers, round(pen.entered.cost_usd, 9)) == (3, 0.041772)
    assert said == ["3 answers"]


def test_what_is_too_far_behind_goes_into_another_stream_once() -> None:
    shelf = Shelf(newest=NEWEST)
    with _writing(shelf) as pen:
        pen.enter(_made(4), _nobody)
    streams = [name for name, _ in shelf.entries.values()]
    assert sorted(streams) == ["transcript", "transcript", "transcript-2", "transcript-2"]
    assert pen.entered.answers == 4


def test_what_no_stream_takes_is_refused_and_has_no_amounts() -> None:
    names = ["transcript", *(f"transcript-{number}" for number in range(2, MOST_STREAMS + 1))]
    shelf = Shelf(newest=dict.fromkeys(names, NOON_MS + 2))
    with _writing(shelf) as pen:
        pen.enter(_made(3), _nobody)
    ((reason, keys),) = pen.entered.refused.items()
    assert ("too far behind" in reason, keys) == (True, ["msg_0", "msg_1"])
    assert (pen.entered.answers, {at for _, at in shelf.samples}) == (1, {NOON_MS + 2})


def test_a_sample_that_prometheus_refuses_keeps_no_other_out() -> None:
    shelf = Shelf(refused_ms=NOON_MS + 1)
    with _writing(shelf) as pen:
        pen.enter(_made(5), _nobody)
    assert pen.entered.answers == 4
    assert list(pen.entered.refused.values()) == [["msg_1"]]


def test_a_store_that_is_away_ends_the_run_and_the_next_one_completes_it() -> None:
    shelf, made = Shelf(is_down=True), _made(2)
    with _writing(shelf) as pen, pytest.raises(DeliveryFailed):
        pen.enter(made, _nobody)
    assert (len(shelf.entries), shelf.samples) == (2, set())
    shelf.is_down = False
    with _writing(shelf) as pen:
        pen.complete(made, _nobody)
    assert {at for _, at in shelf.samples} == {NOON_MS, NOON_MS + 1}


def _nobody(line: str) -> None:
    del line
