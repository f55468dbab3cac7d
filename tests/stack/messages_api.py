"""The Messages API that the real client talks to in tests: scripted answers, and a record of each.

A prompt that holds `script:<name>` picks the script; how far its conversation has come, the step.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.stack.messages_wire import (
    BACKGROUND,
    Request,
    failure_body,
    read_request,
    response_body,
    response_stream,
)
from tests.stack.scripts import Answer, Failure, Script, Step, Usage, total_usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request to /v1/messages and what came back."""

    request_id: str
    session_id: str
    agent_id: str
    script: str
    step: int
    status: int
    error: str
    model: str
    usage: Usage
    stream: bool
    tool_names_offered: tuple[str, ...]

    @property
    def is_success(self) -> bool:
        return self.status == HTTPStatus.OK


class MessagesApi:
    """A server on a free loopback port for as long as the `with` block lasts."""

    def __init__(self, scripts: Iterable[Script] = ()) -> None:
        title = Answer(text="A short title", usage=Usage(input_tokens=10, output_tokens=5))
        self._scripts = {BACKGROUND: Script(name=BACKGROUND, steps=(title,))}
        self._exchanges: list[Exchange] = []
        self._other_requests: list[str] = []
        self._failures_given: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.register(*scripts)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def register(self, *scripts: Script) -> None:
        with self._lock:
            self._scripts |= {script.name: script for script in scripts}

    def exchanges(
        self, script: str | None = None, *, session_id: str | None = None
    ) -> tuple[Exchange, ...]:
        """Every exchange so far, oldest first; of one script or session where named."""
        with self._lock:
            recorded = tuple(self._exchanges)
        return tuple(
            exchange
            for exchange in recorded
            if script in (None, exchange.script) and session_id in (None, exchange.session_id)
        )

    def successes(
        self, script: str | None = None, *, session_id: str | None = None
    ) -> tuple[Exchange, ...]:
        exchanges = self.exchanges(script, session_id=session_id)
        return tuple(exchange for exchange in exchanges if exchange.is_success)

    def failures(
        self, script: str | None = None, *, session_id: str | None = None
    ) -> tuple[Exchange, ...]:
        exchanges = self.exchanges(script, session_id=session_id)
        return tuple(exchange for exchange in exchanges if not exchange.is_success)

    def usage(self, script: str | None = None, *, session_id: str | None = None) -> Usage:
        """What the successful exchanges used together."""
        return total_usage(
            exchange.usage for exchange in self.successes(script, session_id=session_id)
        )

    def other_requests(self) -> tuple[str, ...]:
        """What was asked besides /v1/messages, as `METHOD path`."""
        with self._lock:
            return tuple(self._other_requests)

    def note_other_request(self, line: str) -> None:
        with self._lock:
            self._other_requests.append(line)

    def choose(self, request: Request) -> tuple[Exchange, Step]:
        """The next step of the request's conversation, recorded before the client can know it."""
        conversation = (request.session_id, request.agent_id, request.script)
        with self._lock:
            # A failure leaves no trace in the history that the client sends, so it is counted here.
            number = request.answered + self._failures_given[conversation]
            step = self._step(request.script, number)
            self._failures_given[conversation] += isinstance(step, Failure)
            exchange = _exchange(request, number, step)
            self._exchanges.append(exchange)
        return exchange, step

    def _step(self, name: str, number: int) -> Step:
        script = self._scripts.get(name)
        if script is None:
            return _unscripted(f"no script is named {name!r}; known: {sorted(self._scripts)}")
        if number < len(script.steps):
            return script.steps[number]
        if name == BACKGROUND or isinstance(script.steps[-1], Failure):
            return script.steps[-1]
        return _unscripted(f"script {name!r} ends before step {number}")


def _unscripted(message: str) -> Failure:
    # The client asks again after 400, 401 and 5xx, but gives up at once on 403.
    return Failure(status=HTTPStatus.FORBIDDEN, error_type="permission_error", message=message)


def _exchange(request: Request, number: int, step: Step) -> Exchange:
    return Exchange(
        request_id=f"req_{uuid.uuid4().hex}",
        session_id=request.session_id,
        agent_id=request.agent_id,
        script=request.script,
        step=number,
        status=step.status if isinstance(step, Failure) else int(HTTPStatus.OK),
        error=step.message if isinstance(step, Failure) else "",
        model=request.model if isinstance(step, Failure) else step.model or request.model,
        usage=Usage() if isinstance(step, Failure) else step.usage,
        stream=request.stream,
        tool_names_offered=request.tool_names,
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: MessagesApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    """Only HTTP: what to answer is the api's business."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_HEAD(self) -> None:
        self._note()
        self._send(HTTPStatus.OK, b"")

    def do_GET(self) -> None:
        self._note()
        self._send(HTTPStatus.NOT_FOUND, b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        match self.path.partition("?")[0]:
            case "/v1/messages":
                self._answer(read_request(body, self.headers))
            case "/v1/messages/count_tokens":
                self._note()
                # Any plausible number will do; four bytes a token is the usual rule of thumb.
                self._send_json(HTTPStatus.OK, {"input_tokens": len(body) // 4})
            case _:
                self._note()
                self._send(HTTPStatus.NOT_FOUND, b"{}")

    def _answer(self, request: Request) -> None:
        exchange, step = self.server.api.choose(request)
        if isinstance(step, Failure):
            error = failure_body(step, exchange.request_id)
            self._send_json(step.status, error, exchange.request_id)
        elif request.stream:
            events = response_stream(step, request)
            self._send(HTTPStatus.OK, events, exchange.request_id, "text/event-stream")
        else:
            self._send_json(HTTPStatus.OK, response_body(step, request), exchange.request_id)

    def _send_json(self, status: int, body: Mapping[str, object], request_id: str = "") -> None:
        self._send(status, json.dumps(body).encode(), request_id)

    def _send(
        self, status: int, body: bytes, request_id: str = "", kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("request-id", request_id or f"req_{uuid.uuid4().hex}")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _note(self) -> None:
        self.server.api.note_other_request(f"{self.command} {self.path}")

    def log_message(self, *_: object) -> None:
        """Silent: the record of exchanges says more than an access log."""
