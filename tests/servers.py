"""Which stand-ins answer over the network? Small servers on the loopback, never engines."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import (
    LogsServiceServicer,
    add_LogsServiceServicer_to_server,
)

from provisioner.otlp import PROTOCOLS
from provisioner.settings import Ports, Settings
from tests.fakes import listener_ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked of a server."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answers."""

    body: bytes = b""
    status: int = 200
    date: str | None = "Thu, 01 Jan 1970 00:00:00 GMT"


Answers = Callable[[Request], Answer]


def success(data: object) -> Answer:
    """An answer as Prometheus and Loki give it."""
    return Answer(body=json.dumps({"status": "success", "data": data}).encode())


class Server(ThreadingHTTPServer):
    """An HTTP server on the loopback: a plain function from request to answer."""

    daemon_threads = False

    def __init__(self, answers: Answers, key: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.requests: list[Request] = []
        self.scheme = "https" if key else "http"
        if key:
            self.socket = _keyed(key).wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers=dict(self.headers.items()),
            body=self._body(),
        )
        self.server.requests.append(request)
        self._send(self.server.answers(request))

    do_DELETE = do_POST = do_PUT = do_GET  # noqa: N815 - the names that the base class calls

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        if answer.date is not None:
            self.send_header("Date", answer.date)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


def _keyed(key: Path) -> ssl.SSLContext:
    """Like an engine: only for who has the stack's key."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(key))
    context.load_cert_chain(key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def serving(answers: Answers, key: Path | None = None) -> Iterator[Server]:
    """A server that runs until the block ends; with a key, only for who has it, too."""
    with Server(answers, key) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.001})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Door(LogsServiceServicer):
    """The collector's gRPC service."""

    def __init__(self, received: list[ExportLogsServiceRequest], refusal: str) -> None:
        self._received = received
        self._refusal = refusal

    def Export(  # noqa: N802 - gRPC's name
        self, request: ExportLogsServiceRequest, context: grpc.ServicerContext
    ) -> ExportLogsServiceResponse:
        if self._refusal:
            context.abort(grpc.StatusCode.UNAVAILABLE, self._refusal)
        self._received.append(request)
        return ExportLogsServiceResponse()


@contextmanager
def grpc_door(received: list[ExportLogsServiceRequest], refusal: str = "") -> Iterator[int]:
    """A gRPC server that takes logs, or refuses them; yields its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    add_LogsServiceServicer_to_server(_Door(received, refusal), server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


_SERVED = ("grafana", "loki", "prometheus", "metrics", "otlp_http")


class FakeStack:
    """The engines of a stack as `verify` and `status` see them: what goes in comes out.

    `instead` replaces the answer to a path; `streams` are the client's own events in Loki;
    `alerts` are those of Prometheus; `adds_up` makes one sample of all probes, as happens to those
    of the same second.
    """

    def __init__(self) -> None:
        self.streams: list[dict[str, Any]] = []
        self.alerts: list[dict[str, Any]] = []
        self.received: list[ExportLogsServiceRequest] = []
        self.instead: dict[str, Answer] = {}
        self.asked: list[Request] = []
        self.adds_up = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        servers = {name: self._open.enter_context(serving(self._answer)) for name in _SERVED}
        ports = {name: server.server_port for name, server in servers.items()}
        ports["otlp_grpc"] = self._open.enter_context(grpc_door(self.received))
        self.settings = Settings(ports=Ports(**{**listener_ports(), **ports}))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def probes(self) -> list[tuple[str, int]]:
        """Protocol and amount of each probe that has arrived."""
        records = (
            {each.key: each.value for each in record.attributes}
            for request in self.received
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        )
        return [(each["protocol"].string_value, each["probe.amount"].int_value) for each in records]

    def _answer(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.path in self.instead:
            return self.instead[request.path]
        match request.path:
            case "/v1/logs":
                self.received.append(ExportLogsServiceRequest.FromString(request.body))
                return Answer()
            case "/api/v1/targets":
                return success({"activeTargets": [target("loki"), target("collector")]})
            case "/api/v1/alerts":
                return success({"alerts": self.alerts})
            case "/api/v1/query":
                return success({"result": self._vector(request.query["query"])})
            case "/api/v1/query_range" | "/loki/api/v1/query":
                return success({"result": []})
            case "/loki/api/v1/query_range":
                asks_for_probes = "probe" in request.query["query"]
                return success({"result": self._probes() if asks_for_probes else self.streams})
        return Answer(date=formatdate(usegmt=True))

    def _vector(self, query: str) -> list[dict[str, Any]]:
        if not query.startswith("ledger_probe"):
            return [{"metric": {}, "value": [1, "1234.5"]}]
        protocol = next(each for each in PROTOCOLS if f'"{each}"' in query)
        amounts = [amount for sent_over, amount in self.probes if sent_over == protocol]
        values = [sum(amounts)] if self.adds_up else amounts
        return [{"metric": {}, "values": [[1, str(value)]]} for value in values]

    def _probes(self) -> list[dict[str, Any]]:
        return [
            {
                "stream": {"probe_amount": str(amount), "protocol": protocol},
                "values": [["1", "probe"]],
            }
            for protocol, amount in self.probes
        ]


def alert(name: str, severity: str = "warning", state: str = "firing") -> dict[str, Any]:
    """An alert as Prometheus describes it."""
    words = {"summary": f"{name} is true", "runbook": f"docs/runbook.md#{name.lower()}"}
    labels = {"alertname": name, "severity": severity}
    return {"labels": labels, "annotations": words, "state": state}


def target(job: str, *, error: str = "") -> dict[str, Any]:
    """A scrape target as Prometheus describes it."""
    return {
        "labels": {"job": job},
        "scrapeUrl": f"http://{job}/metrics",
        "health": "down" if error else "up",
        "lastError": error,
    }
