"""Is what the engines answer understood, and what they refuse told with address and reason?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from provisioner import backends
from provisioner.backends import (
    Entry,
    Loki,
    Prometheus,
    Sample,
    Target,
    clock_offset_seconds,
    get,
    is_ready,
    post_otlp,
)
from provisioner.errors import BackendError, DeliveryFailed
from provisioner.stack_figures import Alert
from tests.ports import free_ports
from tests.servers import Answer, Request, Server, alert, serving, success, target


class Scripted:
    """A server's answer, to be chosen by a test."""

    def __init__(self) -> None:
        self.answer = Answer()

    def __call__(self, request: Request) -> Answer:
        del request
        return self.answer


@pytest.fixture
def script() -> Scripted:
    return Scripted()


@pytest.fixture
def server(script: Scripted) -> Iterator[Server]:
    with serving(script) as running:
        yield running


@pytest.fixture
def closed() -> str:
    """An address where nobody answers."""
    return f"http://127.0.0.1:{next(free_ports())}"


def test_an_address_where_nobody_answers_is_told_with_the_reason(closed: str) -> None:
    with pytest.raises(BackendError) as caught:
        get(closed)
    assert (caught.value.url, caught.value.reason) == (closed, "no connection")


def test_an_answer_that_says_no_is_told_with_its_text(script: Scripted, server: Server) -> None:
    script.answer = Answer(status=503, body=b"Ingester not ready\n")
    with pytest.raises(BackendError) as caught:
        get(server.url)
    assert str(caught.value) == f"{server.url}: HTTP 503: Ingester not ready"


def test_an_answer_that_does_not_come_is_told_with_the_time_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provisioner.backends.TIMEOUT_SECONDS", 0.05)

    def late(request: Request) -> Answer:
        time.sleep(0.2)
        return Answer(body=request.body)

    with serving(late) as server, pytest.raises(BackendError, match="no answer within 0 s"):
        get(server.url)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    server: Server, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed)
    assert get(server.url).ok
    post_otlp(server.url, b"", "application/x-protobuf")
    assert len(server.requests) == 2


def test_ready_is_who_answers_and_says_yes(script: Scripted, server: Server, closed: str) -> None:
    assert is_ready(server.url)
    script.answer = Answer(status=503)
    assert not is_ready(server.url)
    assert not is_ready(closed)


@pytest.mark.parametrize("ahead", [0, 7200, -7200])
def test_the_clock_of_who_answers_is_compared_with_ours(
    script: Scripted, server: Server, ahead: int
) -> None:
    script.answer = Answer(date=formatdate(time.time() + ahead, usegmt=True))
    offset = clock_offset_seconds(server.url)
    assert offset is not None
    assert abs(offset - ahead) <= 1


def test_who_does_not_tell_the_time_has_no_offset(script: Scripted, server: Server) -> None:
    script.answer = Answer(date=None)
    assert clock_offset_seconds(server.url) is None


def test_otlp_is_posted_with_its_content_type(server: Server) -> None:
    post_otlp(f"{server.url}/v1/logs", b"\x0a\x00", "application/x-protobuf")
    (request,) = server.requests
    assert (request.path, request.body) == ("/v1/logs", b"\x0a\x00")
    assert request.headers["Content-Type"] == "application/x-protobuf"


def test_otlp_that_is_refused_was_not_delivered(script: Scripted, server: Server) -> None:
    script.answer = Answer(status=429, body=b"queue is full")
    with pytest.raises(DeliveryFailed, match="HTTP 429: queue is full"):
        post_otlp(server.url, b"", "application/json")


def test_otlp_that_nobody_takes_was_not_delivered(closed: str) -> None:
    with pytest.raises(DeliveryFailed, match="no connection"):
        post_otlp(closed, b"", "application/json")


def test_an_instant_query_gives_samples(script: Scripted, server: Server) -> None:
    script.answer = success({"result": [{"metric": {"model": "m"}, "value": [12.5, "0.1"]}]})
    found = Prometheus(url=server.url).query("sum(x)", at=12.5)
    assert found == [Sample(labels={"model": "m"}, at=12.5, value=0.1)]
    (request,) = server.requests
    assert (request.path, request.query) == (
        "/api/v1/query",
        {"query": "sum(x)", "time": "12.5"},
    )


def test_a_total_adds_what_was_found_and_is_zero_without(script: Scripted, server: Server) -> None:
    prometheus = Prometheus(url=server.url)
    script.answer = success({"result": [{"metric": {}, "value": [1, "2"]}] * 2})
    assert prometheus.total("x") == 4
    script.answer = success({"result": []})
    assert prometheus.total("x") == 0


def test_samples_are_every_value_of_every_series(script: Scripted, server: Server) -> None:
    values = [[1, "2"], [3, "4"]]
    script.answer = success({"result": [{"metric": {"a": "b"}, "values": values}]})
    assert Prometheus(url=server.url).samples("x", 60) == [
        Sample(labels={"a": "b"}, at=1, value=2),
        Sample(labels={"a": "b"}, at=3, value=4),
    ]
    assert server.requests[0].query == {"query": "x[60s]"}


def test_a_range_query_says_from_when_to_when_and_how_fine(
    script: Scripted, server: Server
) -> None:
    script.answer = success({"result": [{"metric": {}, "values": [[1, "2"]]}]})
    found = Prometheus(url=server.url).query_range("x", 1.0, 61.5, 30)
    assert found == [Sample(labels={}, at=1, value=2)]
    assert server.requests[0].query == {"query": "x", "start": "1.0", "end": "61.5", "step": "30s"}


def test_targets_are_sorted_and_say_why_they_are_down(script: Scripted, server: Server) -> None:
    found = [target("loki"), target("collector", error="refused")]
    script.answer = success({"activeTargets": found})
    assert Prometheus(url=server.url).targets() == [
        Target(job="collector", url="http://collector/metrics", is_up=False, last_error="refused"),
        Target(job="loki", url="http://loki/metrics", is_up=True, last_error=""),
    ]


def test_alerts_are_those_that_fire_the_critical_ones_first(
    script: Scripted, server: Server
) -> None:
    told = [alert("B"), alert("C", state="pending"), alert("A"), alert("Z", "critical")]
    script.answer = success({"alerts": told})
    assert Prometheus(url=server.url).firing() == [
        Alert(name="Z", severity="critical", summary="Z is true", runbook="docs/runbook.md#z"),
        Alert(name="A", severity="warning", summary="A is true", runbook="docs/runbook.md#a"),
        Alert(name="B", severity="warning", summary="B is true", runbook="docs/runbook.md#b"),
    ]


def test_entries_are_sorted_over_all_streams(script: Scripted, server: Server) -> None:
    streams = [
        {"stream": {"event_name": "b"}, "values": [["30", "late"]]},
        {"stream": {"event_name": "a"}, "values": [["10", "early"], ["20", "mid"]]},
    ]
    script.answer = success({"result": streams})
    found = Loki(url=server.url).entries("{}", 5, 40, limit=7)
    assert [(entry.at_ns, entry.line) for entry in found] == [
        (10, "early"),
        (20, "mid"),
        (30, "late"),
    ]
    assert found[0] == Entry(attributes={"event_name": "a"}, at_ns=10, line="early")
    assert server.requests[0].query == {
        "query": "{}",
        "start": "5",
        "end": "40",
        "limit": "7",
        "direction": "forward",
    }


class Paged:
    """A Loki with entries at these times, that gives no more than a page at once."""

    def __init__(self, *times: int) -> None:
        self.entries = [(at_ns, f"entry {number}") for number, at_ns in enumerate(times)]

    def __call__(self, request: Request) -> Answer:
        start, end, limit = (int(request.query[key]) for key in ("start", "end", "limit"))
        assert start < end
        is_backward = request.query["direction"] == "backward"
        ordered = sorted(self.entries, reverse=is_backward)
        page = [each for each in ordered if start <= each[0] < end][:limit]
        values = [[str(at_ns), line] for at_ns, line in page]
        return success({"result": [{"stream": {}, "values": values}]})


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize(
    ("limit", "times"),
    [
        (None, (1, 2, 3, 4, 5, 6, 7)),
        (None, (1, 2, 3, 3, 3, 4, 5)),
        (None, (9, 9)),
        (5, (1, 2, 3, 4, 5, 6, 7, 8)),
        (2, (1, 2, 3, 4)),
    ],
)
def test_entries_beyond_a_page_are_read_too(
    monkeypatch: pytest.MonkeyPatch,
    newest: bool,  # noqa: FBT001
    limit: int | None,
    times: tuple[int, ...],
) -> None:
    monkeypatch.setattr(backends, "PAGE", 4)
    with serving(Paged(*times)) as server:
        found = Loki(url=server.url).entries("{}", 1, 10, limit, newest=newest)
    wanted = times if limit is None else times[-limit:] if newest else times[:limit]
    assert tuple(entry.at_ns for entry in found) == wanted
    assert len({entry.line for entry in found}) == len(wanted)


@pytest.mark.parametrize("newest", [True, False])
def test_an_instant_that_fills_a_page_does_not_hold_up_the_rest(
    monkeypatch: pytest.MonkeyPatch,
    newest: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(backends, "PAGE", 2)
    with serving(Paged(1, 5, 5, 5, 9)) as server:
        found = Loki(url=server.url).entries("{}", 1, 10, newest=newest)
    assert [entry.at_ns for entry in found] == [1, 5, 5, 9]


def test_an_instant_query_of_loki_gives_samples(script: Scripted, server: Server) -> None:
    script.answer = success({"result": [{"metric": {"model": "m"}, "value": [3.5, "0.25"]}]})
    found = Loki(url=server.url).query("count()", at_ns=9)
    assert found == [Sample(labels={"model": "m"}, at=3.5, value=0.25)]
    assert server.requests[0].path == "/loki/api/v1/query"


def test_a_range_query_of_loki_says_from_when_to_when_and_how_fine(
    script: Scripted, server: Server
) -> None:
    script.answer = success({"result": [{"metric": {}, "values": [[1, "2"], [2, "3"]]}]})
    found = Loki(url=server.url).query_range("count()", 10, 20, 60)
    assert [(sample.at, sample.value) for sample in found] == [(1, 2), (2, 3)]
    expected = {"query": "count()", "start": "10", "end": "20", "step": "60s"}
    assert server.requests[0].query == expected


def test_a_total_of_loki_adds_what_was_found(script: Scripted, server: Server) -> None:
    script.answer = success({"result": [{"metric": {}, "value": [1, "2.5"]}] * 2})
    assert Loki(url=server.url).total("count()", at_ns=9) == 5
    assert server.requests[0].query == {"query": "count()", "time": "9"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "the answer is not JSON"),
        (b"[]", r"\[\]"),
        (json.dumps({"status": "error", "error": "too many samples"}).encode(), "too many samples"),
    ],
)
def test_who_does_not_answer_as_a_store_does_is_told_with_the_address(
    script: Scripted, server: Server, body: bytes, reason: str
) -> None:
    script.answer = Answer(body=body)
    with pytest.raises(BackendError, match=reason) as caught:
        Prometheus(url=server.url).query("x")
    assert caught.value.url == f"{server.url}/api/v1/query?query=x"
