"""Is only that acknowledged which the door took, and nothing offered again that it may have?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from bench.load import deliver as module
from bench.load.batches import Batch, Interval, events_of
from bench.load.deliver import Delivered, deliver
from bench.load.people import portions_of
from provisioner.otlp import Door

Answers = Sequence[tuple[int, bytes]]

PARTLY = ExportLogsServiceResponse()
PARTLY.partial_success.rejected_log_records = 1


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(module, "TELL_SECONDS", 0.01)


@contextmanager
def _door(answers: Answers) -> Iterator[Door]:
    """A door that gives these answers in turn, the last one for ever."""
    left = itertools.chain(answers, itertools.repeat(answers[-1]))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = next(left)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield Door(grpc_address="", http_url=f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()


def _batches(count: int) -> list[Batch]:
    portions = itertools.islice(portions_of(0, 5), count)
    interval = Interval(client=0, due=0.0, begins=1_800_000_000.0, seconds=5.0)
    return [batch for each in portions for batch in events_of(each, interval)]


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Delivered]:
    """Offers batches of five events, over HTTP alone, to a door that answers so."""
    monkeypatch.setattr(module, "protocol_of", lambda _: "http/protobuf")

    def offer(answers: Answers, count: int = 1, most_seconds: float = 10.0) -> Delivered:
        with _door(answers) as door:
            return deliver(
                [_batches(count)], 1, door, most_seconds=most_seconds, report=lambda _: None
            )

    return offer


def test_the_truth_is_the_sum_of_what_was_acknowledged(
    delivered: Callable[..., Delivered],
) -> None:
    found = delivered([(200, b"")], 3)
    assert found.events == sum(found.truth[key] for key in found.truth if key[0] == "events") == 15
    assert len(found.seconds()) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_is_refused_is_offered_again(delivered: Callable[..., Delivered], status: int) -> None:
    found = delivered([(status, b"full"), (status, b"full"), (200, b"")])
    assert (found.events, found.refusals, found.failures) == (5, 2, [])


def test_what_is_refused_until_the_end_is_not_acknowledged(
    delivered: Callable[..., Delivered],
) -> None:
    found = delivered([(503, b"full")], most_seconds=0.2)
    assert (found.events, found.truth, found.failures) == (0, {}, [])


@pytest.mark.parametrize(
    "answer", [(400, b"no"), (401, b"who?"), (200, PARTLY.SerializeToString())]
)
def test_what_was_answered_otherwise_is_a_failure_and_not_offered_again(
    delivered: Callable[..., Delivered], answer: tuple[int, bytes]
) -> None:
    found = delivered([answer, (200, b"")])
    assert found.events == 0
    assert len(found.failures) == 1


def test_no_batch_is_begun_when_the_time_is_over(delivered: Callable[..., Delivered]) -> None:
    assert delivered([(200, b"")], 3, most_seconds=0.0).answers == []
