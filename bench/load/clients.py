"""How does a client speak to the door? Over one connection that it keeps, as the real one does."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import Protocol as Shape
from urllib.parse import urlsplit

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)

from bench.load.batches import Batch
from bench.load.model import Signal
from provisioner.backends import authorization
from provisioner.otlp import PROTOBUF, Door, Protocol

ANSWER_SECONDS = 60.0
_METHODS: dict[Signal, str] = {
    "events": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "counters": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
_PATHS: dict[Signal, str] = {"events": "/v1/logs", "counters": "/v1/metrics"}
_TRY_AGAIN_CODES = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED}
_TRY_AGAIN_STATUS = {429, 502, 503, 504}
_OK = 200


class Refused(Exception):
    """The door said no, and that a client may come again; it has kept nothing."""


class Failed(Exception):
    """There was no answer, or one that means that the batch is not there as a whole."""


class Client(Shape):
    """Who offers batches."""

    def offer(self, batch: Batch) -> None:
        """Returns when the batch was acknowledged; raises Refused or Failed."""

    def close(self) -> None:
        """Hang up."""


def client_of(door: Door, protocol: Protocol) -> Client:
    """A client that has connected."""
    return GrpcClient(door) if protocol == "grpc" else HttpClient(door)


class GrpcClient:
    """A channel of its own; requests are bytes already."""

    def __init__(self, door: Door) -> None:
        alone = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(door.grpc_address, options=alone)
        self._calls = {name: self._channel.unary_unary(way) for name, way in _METHODS.items()}
        self._metadata = [(key.lower(), said) for key, said in authorization(door.token).items()]
        grpc.channel_ready_future(self._channel).result(ANSWER_SECONDS)

    def offer(self, batch: Batch) -> None:
        call = self._calls[batch.signal]
        try:
            answer = call(batch.body, timeout=ANSWER_SECONDS, metadata=self._metadata)
        except grpc.RpcError as error:
            reason = f"{error.code().name}: {error.details()}"
            raise (Refused if error.code() in _TRY_AGAIN_CODES else Failed)(reason) from error
        _assert_whole(batch.signal, answer)

    def close(self) -> None:
        self._channel.close()


class HttpClient:
    """A connection that is kept."""

    def __init__(self, door: Door) -> None:
        where = urlsplit(door.http_url)
        self._connection = HTTPConnection(str(where.hostname), where.port, ANSWER_SECONDS)
        self._headers = {"Content-Type": PROTOBUF, **authorization(door.token)}
        self._connection.connect()

    def offer(self, batch: Batch) -> None:
        try:
            self._connection.request("POST", _PATHS[batch.signal], batch.body, self._headers)
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise Failed(f"{type(error).__name__}: {error}") from error
        if response.status != _OK:
            again = response.status in _TRY_AGAIN_STATUS
            reason = f"HTTP {response.status}: {answer[:200]!r}"
            raise (Refused if again else Failed)(reason)
        _assert_whole(batch.signal, answer)

    def close(self) -> None:
        self._connection.close()


def _assert_whole(signal: Signal, answer: bytes) -> None:
    """An acknowledgement may say that a part was left out."""
    if not answer:
        return
    kind = ExportLogsServiceResponse if signal == "events" else ExportMetricsServiceResponse
    said = kind.FromString(answer).partial_success
    if said.ListFields():
        raise Failed(f"taken in part only: {said}")
