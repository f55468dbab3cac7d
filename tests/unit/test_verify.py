"""Does verifying prove the whole way, and say what it last saw where something is missing?"""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

import pytest

from provisioner import verify as verify_module
from provisioner.backends import Loki, Prometheus
from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.panels import Kind, Query, Source
from provisioner.settings import Settings
from provisioner.verify import (
    QUERY_RANGE_SECONDS,
    Finding,
    Verification,
    ask,
    verify,
)
from provisioner.workspace import Workspace
from tests.servers import Answer, FakeStack, success, target

pytestmark = pytest.mark.usefixtures("_one_board")


@pytest.fixture
def _all_boards(_one_board: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "DASHBOARDS", DASHBOARDS)


def _workspace(settings: Settings) -> Workspace:
    nowhere = Path("/nonexistent")
    return Workspace(root=nowhere, settings=settings, home=nowhere, build=nowhere)


def _verify(stack: FakeStack, *, with_grafana: bool = False) -> dict[str, Finding]:
    found = verify(
        _workspace(stack.settings), with_grafana=with_grafana, seconds=0, report=lambda _: None
    )
    return {finding.name: finding for finding in found.findings}


@pytest.mark.usefixtures("_all_boards")
def test_a_whole_stack_is_proven_in_every_step(fake_stack: FakeStack) -> None:
    found = _verify(fake_stack, with_grafana=True)
    assert list(found) == [
        "collector ready",
        "gateway ready",
        "grafana ready",
        "loki ready",
        "prometheus ready",
        "collector clock",
        "gateway clock",
        "grafana clock",
        "loki clock",
        "prometheus clock",
        "probe over grpc",
        "probe over http/protobuf",
        "probe over grpc in prometheus",
        "probe over grpc in loki",
        "probe over http/protobuf in prometheus",
        "probe over http/protobuf in loki",
        "scrape targets up",
        "collector's own figures",
        "series",
        *(f"dashboard {board.title}" for board in DASHBOARDS),
    ]
    assert [name for name, finding in found.items() if not finding.is_ok] == []
    assert found["probe over grpc"].detail == "acknowledged"
    assert found["scrape targets up"].detail == "collector, loki"


def test_probes_are_a_kind_of_their_own(fake_stack: FakeStack) -> None:
    _verify(fake_stack)
    assert [protocol for protocol, _ in fake_stack.probes] == ["grpc", "http/protobuf"]
    scopes = {
        scope.scope.name
        for request in fake_stack.received
        for resource in request.resource_logs
        for scope in resource.scope_logs
    }
    assert scopes == {"claude-otel.probe"}


def test_findings_are_reported_as_they_are_made(fake_stack: FakeStack) -> None:
    told: list[str] = []
    workspace = _workspace(fake_stack.settings)
    found = verify(workspace, with_grafana=False, seconds=0, report=told.append)
    assert told == [f"{finding.name}: {finding.detail}" for finding in found.findings]


def test_grafana_is_left_out_where_there_is_none(fake_stack: FakeStack) -> None:
    assert [name for name in _verify(fake_stack) if "grafana" in name] == []


def test_a_stack_that_is_down_is_told_engine_by_engine_and_nothing_is_sent(
    settings: Settings,
) -> None:
    workspace = _workspace(settings)
    found = verify(workspace, with_grafana=False, seconds=0, report=lambda _: None)
    assert not found.is_ok
    assert [finding.name for finding in found.findings] == [
        "collector ready",
        "gateway ready",
        "loki ready",
        "prometheus ready",
    ]
    url = workspace.ready_urls["loki"]
    assert found.findings[2].detail == (f"not there (waited 0 s; last seen: {url}: no connection)")


def test_an_engine_that_is_not_ready_is_told_with_its_own_words(fake_stack: FakeStack) -> None:
    fake_stack.instead["/ready"] = Answer(status=503, body=b"Ingester not ready: waiting")
    assert _verify(fake_stack)["loki ready"].detail.endswith(
        "/ready: HTTP 503: Ingester not ready: waiting)"
    )


def test_what_comes_late_is_waited_for_until_the_deadline(fake_stack: FakeStack) -> None:
    late = Answer(status=503, body=b"not yet")
    fake_stack.instead["/ready"] = late

    def hurry(_: str) -> None:
        fake_stack.instead.clear()

    found = verify(_workspace(fake_stack.settings), with_grafana=False, seconds=20, report=hurry)
    assert found.is_ok


def test_a_clock_that_is_hours_off_is_told_with_what_to_do(fake_stack: FakeStack) -> None:
    past = Answer(date=formatdate(0, usegmt=True))
    fake_stack.instead["/ready"] = past
    finding = _verify(fake_stack)["loki clock"]
    assert not finding.is_ok
    assert finding.detail.endswith(
        " s from this machine's clock: set the clock of the machine that runs the engines"
    )


def test_more_series_than_the_setting_allows_are_told(fake_stack: FakeStack) -> None:
    assert _verify(fake_stack)["series"].detail == "1,234 of at most 500,000"
    crowd: list[dict[str, object]] = [{"metric": {}, "value": [1, "500001"], "values": [[1, "0"]]}]
    fake_stack.instead["/api/v1/query"] = success({"result": crowd})
    finding = _verify(fake_stack)["series"]
    assert not finding.is_ok
    assert finding.detail == (
        "500,001 of at most 500,000; see whose labels they are, or raise prometheus.max_series"
    )


def test_an_engine_that_does_not_tell_the_time_is_not_blamed(fake_stack: FakeStack) -> None:
    fake_stack.instead["/ready"] = Answer(date=None)
    assert "loki clock" not in _verify(fake_stack)


def test_a_target_that_is_down_is_named_with_its_reason(fake_stack: FakeStack) -> None:
    targets = [target("loki", error="connection refused"), target("collector")]
    fake_stack.instead["/api/v1/targets"] = success({"activeTargets": targets})
    assert "last seen: down: loki (connection refused))" in (
        _verify(fake_stack)["scrape targets up"].detail
    )


def test_no_target_at_all_is_not_fine(fake_stack: FakeStack) -> None:
    fake_stack.instead["/api/v1/targets"] = success({"activeTargets": []})
    assert not _verify(fake_stack)["scrape targets up"].is_ok


def test_a_collector_that_is_up_and_tells_nothing_of_itself_is_not_fine(
    fake_stack: FakeStack,
) -> None:
    fake_stack.instead["/api/v1/query"] = success({"result": []})
    found = _verify(fake_stack)
    assert found["scrape targets up"].is_ok
    assert found["collector's own figures"].detail == (
        "not there (waited 0 s; last seen: not told in the last 30 s)"
    )


def test_a_probe_that_was_refused_is_told_and_looked_for_all_the_same(
    fake_stack: FakeStack,
) -> None:
    fake_stack.instead["/v1/logs"] = Answer(status=503, body=b"queue is full")
    found = _verify(fake_stack)
    assert found["probe over http/protobuf"].detail.endswith("HTTP 503: queue is full")
    assert found["probe over grpc in loki"].is_ok
    assert not found["probe over http/protobuf in loki"].is_ok


def test_a_probe_that_does_not_arrive_is_told_with_what_is_there(fake_stack: FakeStack) -> None:
    others = [{"metric": {}, "value": [1, "0.5"], "values": [[1, "0.5"]]}]
    fake_stack.instead["/api/v1/query"] = success({"result": others})
    assert _verify(fake_stack)["probe over grpc in prometheus"].detail == (
        "not there (waited 0 s; last seen: 1 probe samples in the last 10 minutes, "
        "ours not among them)"
    )


def test_probes_that_became_one_sample_with_those_of_others_are_found(
    fake_stack: FakeStack,
) -> None:
    fake_stack.adds_up = True
    for _ in range(4):
        found = _verify(fake_stack)
    assert [name for name, finding in found.items() if not finding.is_ok] == []


def test_a_probe_that_is_no_part_of_a_sample_is_missed(fake_stack: FakeStack) -> None:
    _verify(fake_stack)
    amounts = [amount for _, amount in fake_stack.probes]
    values = [[1, str(amount)] for amount in (*amounts, sum(amounts))]
    series = {"metric": {}, "value": values[0], "values": values}
    fake_stack.instead["/api/v1/query"] = success({"result": [series]})
    assert not _verify(fake_stack)["probe over grpc in prometheus"].is_ok


def test_what_is_no_probe_of_ours_is_passed_over(fake_stack: FakeStack) -> None:
    fake_stack.adds_up = True
    _verify(fake_stack)
    strangers: list[dict[str, str]] = [
        {},
        {"protocol": "grpc"},
        {"probe_amount": "1e9", "protocol": "grpc"},
    ]
    found = [{"stream": each, "metric": {}, "values": [["1", "0"]]} for each in strangers]
    fake_stack.instead["/loki/api/v1/query_range"] = success({"result": found})
    assert _verify(fake_stack)["probe over grpc in loki"].detail.endswith(
        "3 probe events in the last 10 minutes, ours not among them)"
    )


@pytest.mark.parametrize(
    ("source", "kind", "path"),
    [
        (Source.PROMETHEUS, Kind.INSTANT, "/api/v1/query"),
        (Source.PROMETHEUS, Kind.RANGE, "/api/v1/query_range"),
        (Source.LOKI, Kind.INSTANT, "/loki/api/v1/query"),
        (Source.LOKI, Kind.RANGE, "/loki/api/v1/query_range"),
        (Source.LOKI, Kind.EVENTS, "/loki/api/v1/query_range"),
    ],
)
def test_a_query_is_asked_of_its_store_as_its_panel_does(
    fake_stack: FakeStack, source: Source, kind: Kind, path: str
) -> None:
    ports = fake_stack.settings.ports
    prometheus = Prometheus(url=f"http://127.0.0.1:{ports.prometheus}")
    loki = Loki(url=f"http://127.0.0.1:{ports.loki}")
    query = Query(expr="sum(a[$__interval])", kind=kind, source=source)
    ask(query, prometheus, loki)
    (asked,) = fake_stack.asked
    assert (asked.path, asked.query["query"]) == (path, "sum(a[1m])")
    if kind is Kind.RANGE:
        unit = 1e9 if source is Source.LOKI else 1
        seconds = (float(asked.query["end"]) - float(asked.query["start"])) / unit
        assert seconds == pytest.approx(QUERY_RANGE_SECONDS)
        assert asked.query["step"] == "60s"


@pytest.mark.parametrize("path", ["/api/v1/query", "/api/v1/query_range"])
def test_bars_that_fail_are_told_as_stats_are(fake_stack: FakeStack, path: str) -> None:
    fake_stack.instead[path] = Answer(status=422, body=b"no")
    assert not _verify(fake_stack)[f"dashboard {DASHBOARDS[0].title}"].is_ok


def test_a_dashboard_query_that_fails_is_told_with_its_panel(fake_stack: FakeStack) -> None:
    fake_stack.instead["/api/v1/query"] = Answer(
        body=b'{"status": "error", "error": "too many samples"}'
    )
    finding = _verify(fake_stack)[f"dashboard {DASHBOARDS[0].title}"]
    assert not finding.is_ok
    assert "Total Cost: too many samples" in finding.detail


@pytest.mark.usefixtures("_all_boards")
def test_a_query_for_events_is_put_to_loki(fake_stack: FakeStack) -> None:
    fake_stack.instead["/loki/api/v1/query"] = Answer(
        body=b'{"status": "error", "error": "too many series"}'
    )
    failed = {name: each for name, each in _verify(fake_stack).items() if not each.is_ok}
    assert failed.keys() == {
        f"dashboard {each}" for each in ("Data Quality", "Performance", "Session")
    }
    assert failed["dashboard Performance"].detail == (
        "Slowest Requests of the Last Day: too many series"
    )


@pytest.mark.parametrize("is_ok", [True, False])
def test_a_verification_is_as_good_as_its_worst_finding(is_ok: bool) -> None:  # noqa: FBT001
    good = Finding(name="a", is_ok=True, detail="", seconds=0)
    other = Finding(name="b", is_ok=is_ok, detail="", seconds=0)
    assert Verification(findings=(good, other)).is_ok is is_ok
