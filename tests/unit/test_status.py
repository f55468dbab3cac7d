"""Is the state of each engine told as it is, with totals where Prometheus answers?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.errors import EngineUnavailable
from provisioner.runtime.model import EngineState, Source
from provisioner.runtime.native import NativeRuntime
from provisioner.settings import Ports, Settings
from provisioner.status import SPANS, TOTALS, EngineStatus, Status, addresses, status
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, running
from tests.servers import FakeStack, alert

STORES = ("loki", "prometheus", "collector")


class WithoutGrafana(FakeRuntime):
    """Its GRAFANA_HOME was there when it started, and is gone."""

    def locate(self, engine: str) -> Source | None:
        raise EngineUnavailable(engine, [f"GRAFANA_HOME={self.home.parent} is missing"], "")


def _up(workspace: Workspace, stack: FakeStack, runtime: FakeRuntime) -> Workspace:
    runtime.engines = running(*STORES)
    save_applied(workspace.home, Applied(launches=dict.fromkeys(STORES, "1")))
    return replace(workspace, settings=stack.settings)


def test_a_stack_that_is_down_has_no_engines_and_no_totals(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    found = status(workspace, runtime)
    assert (found.engines, found.totals, found.is_ok) == ((), {}, False)
    assert (found.project, found.runtime) == ("claude-otel", "native")


def test_a_running_stack_tells_state_memory_and_origin_of_each_engine(
    workspace: Workspace, fake_stack: FakeStack, runtime: FakeRuntime
) -> None:
    found = status(_up(workspace, fake_stack, runtime), runtime)
    assert [each.engine for each in found.engines] == list(STORES)
    assert found.engines[0] == EngineStatus(
        engine="loki",
        is_running=True,
        is_ready=True,
        detail="running",
        memory_mb=50.0,
        origin="made up",
        reference="/opt/loki",
    )
    assert found.is_ok


def test_totals_are_asked_for_each_span(
    workspace: Workspace, fake_stack: FakeStack, runtime: FakeRuntime
) -> None:
    totals = status(_up(workspace, fake_stack, runtime), runtime).totals
    assert totals == {span: dict.fromkeys(TOTALS, 1234.5) for span in SPANS}


def test_alerts_that_fire_are_told_the_critical_ones_first(
    workspace: Workspace, fake_stack: FakeStack, runtime: FakeRuntime
) -> None:
    fake_stack.alerts = [
        alert("TelemetryLate"),
        alert("QueueGrowing", state="pending"),
        alert("EngineDown", "critical"),
    ]
    found = status(_up(workspace, fake_stack, runtime), runtime)
    assert [(each.name, each.summary) for each in found.alerts] == [
        ("EngineDown", "EngineDown is true"),
        ("TelemetryLate", "TelemetryLate is true"),
    ]


def test_an_engine_that_died_is_told_and_the_stack_is_not_fine(
    workspace: Workspace, fake_stack: FakeStack, runtime: FakeRuntime
) -> None:
    up = _up(workspace, fake_stack, runtime)
    runtime.engines["loki"] = EngineState(engine="loki", is_running=False, detail="exited (137)")
    found = status(up, runtime)
    loki = found.engines[0]
    assert (loki.is_running, loki.detail, loki.memory_mb) == (False, "exited (137)", None)
    assert not found.is_ok


def test_an_engine_that_should_run_but_is_unknown_is_told(
    workspace: Workspace, fake_stack: FakeStack, runtime: FakeRuntime
) -> None:
    up = _up(workspace, fake_stack, runtime)
    del runtime.engines["loki"], runtime.here["loki"]
    loki = status(up, runtime).engines[0]
    assert (loki.engine, loki.detail, loki.origin) == ("loki", "not running", "not here")


def test_an_engine_whose_place_has_gone_is_told_while_it_runs(
    workspace: Workspace, fake_stack: FakeStack, tmp_path: Path
) -> None:
    up = replace(workspace, settings=fake_stack.settings)
    runtime = WithoutGrafana(settings=up.settings, home=up.home, engines=running("grafana"))
    (grafana,) = status(up, runtime).engines
    assert grafana.is_running
    assert grafana.origin == f"not here any more: GRAFANA_HOME={tmp_path} is missing"


def test_a_stack_that_runs_under_the_other_runtime_is_told(
    workspace: Workspace, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_applied(workspace.home, Applied(runtime="native"))
    monkeypatch.setattr(NativeRuntime, "states", lambda _: running("loki"))
    runtime.name = "docker"
    found = status(workspace, runtime)
    assert (found.runtime, found.elsewhere, found.is_ok) == ("docker", "native", False)


def test_without_prometheus_there_are_no_totals_and_it_is_said_why(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.engines = running(*STORES)
    found = status(workspace, runtime)
    assert found.totals == {}
    assert found.totals_error.startswith(workspace.url("prometheus"))
    assert [each.is_ready for each in found.engines] == [False, False, False]


def test_addresses_follow_the_ports_and_name_grafana_only_where_there_is_one(
    workspace: Workspace,
) -> None:
    moved = replace(workspace, settings=Settings(ports=Ports(grafana=23000)))
    assert addresses(moved, with_grafana=True)["grafana"] == "http://localhost:23000"
    assert list(addresses(moved, with_grafana=False)) == [
        "otlp_grpc",
        "otlp_http",
        "prometheus",
        "loki",
        "metrics",
    ]


def test_no_engines_are_not_fine() -> None:
    nothing = Status(
        project="p",
        runtime="native",
        elsewhere="",
        engines=(),
        addresses={},
        alerts=(),
        totals={},
        totals_error="",
    )
    assert not nothing.is_ok
