"""Are the plan's limits handed to the collector when there is something to say, and only then?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from provisioner.live.limits import Limits, Window, store_limits
from provisioner.live.tell_limits import AGAIN_SECONDS, claim_telling, tell_limits
from provisioner.telemetry import PLAN_LIMIT_SCOPE, PLAN_LIMITS
from tests.ports import free_ports
from tests.servers import Answer, Request, Server, serving

NOW = time.time()
WINDOWS = {"five_hour": Window(23.5, NOW + 3600)}


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept what was told last, of a person who has never told anything."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    account = {"oauthAccount": {"emailAddress": "ann@example.org"}}
    (tmp_path / ".claude.json").write_text(json.dumps(account), encoding="utf-8")
    return tmp_path / "state" / "claude-otel" / "limits-told.json"


@pytest.fixture
def collector() -> Iterator[Server]:
    def accept(_: Request) -> Answer:
        return Answer()

    with serving(accept) as server:
        yield server


def _know(five_hour: Window | None, seven_day: Window | None = None) -> None:
    store_limits(Limits(told_at=NOW, five_hour=five_hour, seven_day=seven_day))


def _tell(port: int, home: Path, at: float = NOW) -> None:
    tell_limits({"OTLP_HTTP_PORT": str(port)}, home, at)


def _told(server: Server) -> list[dict[tuple[str, str], float]]:
    """What each request said: values by metric and window."""
    requests = [ExportMetricsServiceRequest.FromString(each.body) for each in server.requests]
    return [
        {
            (metric.name, point.attributes[0].value.string_value): point.as_double
            for metric in request.resource_metrics[0].scope_metrics[0].metrics
            for point in metric.gauge.data_points
        }
        for request in requests
    ]


def test_each_window_is_told_with_its_reset_under_the_names_of_the_catalogue(
    collector: Server, tmp_path: Path
) -> None:
    _know(Window(23.5, NOW + 3600), Window(120.0, NOW + 86_400))
    _tell(collector.server_port, tmp_path)
    used, resets = (limit.otel_name for limit in PLAN_LIMITS)
    assert _told(collector) == [
        {
            (used, "five_hour"): 0.235,
            (used, "seven_day"): 1.2,
            (resets, "five_hour"): NOW + 3600,
            (resets, "seven_day"): NOW + 86_400,
        }
    ]


def test_the_user_is_named_as_the_client_does_for_the_collector_to_hide(
    collector: Server, tmp_path: Path
) -> None:
    _know(Window(1, NOW + 3600))
    _tell(collector.server_port, tmp_path)
    (asked,) = collector.requests
    assert asked.path == "/v1/metrics"
    (said,) = ExportMetricsServiceRequest.FromString(asked.body).resource_metrics
    who = {each.key: each.value.string_value for each in said.resource.attributes}
    assert who == {"service.name": "claude-otel", "user.email": "ann@example.org"}
    assert said.scope_metrics[0].scope.name == PLAN_LIMIT_SCOPE


def test_a_window_that_has_ended_is_not_told(collector: Server, tmp_path: Path) -> None:
    _know(Window(99, NOW + 60), Window(5, NOW + 86_400))
    _tell(collector.server_port, tmp_path, NOW + 61)
    (told,) = _told(collector)
    assert {window for _, window in told} == {"seven_day"}


def test_nothing_is_told_where_no_limit_is_known(collector: Server, tmp_path: Path) -> None:
    _tell(collector.server_port, tmp_path)
    _know(Window(99, NOW + 60))
    _tell(collector.server_port, tmp_path, NOW + 61)
    assert collector.requests == []


def test_the_same_is_told_once_a_minute_and_news_at_once(collector: Server, tmp_path: Path) -> None:
    for used, at in ((10, NOW), (10, NOW + 30), (11, NOW + 40), (11, NOW + 41), (11, NOW + 101)):
        _know(Window(used, NOW + 3600))
        _tell(collector.server_port, tmp_path, at)
    values = [told["claude_otel.plan_limit.used_ratio", "five_hour"] for told in _told(collector)]
    assert values == [0.1, 0.11, 0.11]


def test_a_stack_that_is_down_is_left_alone_for_a_minute(tmp_path: Path, path: Path) -> None:
    _know(*WINDOWS.values())
    _tell(next(free_ports()), tmp_path)
    assert not claim_telling(WINDOWS, path, NOW + AGAIN_SECONDS - 1)
    assert claim_telling(WINDOWS, path, NOW + AGAIN_SECONDS)


def test_settings_that_do_not_hold_are_somebody_elses_to_tell(tmp_path: Path) -> None:
    _know(Window(1, NOW + 3600))
    tell_limits({"OTLP_HTTP_PORT": "no port"}, tmp_path, NOW)


def test_a_file_that_is_none_of_ours_does_not_stop_the_telling(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe")
    assert claim_telling(WINDOWS, path, NOW)
