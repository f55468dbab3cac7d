"""How is the stack, and what has been spent?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.applied import load_applied
from provisioner.backends import Prometheus, is_ready
from provisioner.errors import BackendError, EngineUnavailable
from provisioner.placement import ENGINES
from provisioner.running import running_elsewhere
from provisioner.runtime.model import EngineState, Runtime
from provisioner.stack_figures import Alert
from provisioner.workspace import Workspace

SPANS = {"24h": "24 hours", "30d": "30 days"}

TOTALS = {
    "cost_usd": "sum(sum_over_time(ledger_cost_usd[{span}]))",
    "tokens": "sum(sum_over_time(ledger_tokens[{span}]))",
    "requests": 'sum(sum_over_time(ledger_api_requests{{outcome="ok"}}[{span}]))',
    "sessions": "sum(sum_over_time(ledger_sessions[{span}]))",
    "tool_calls": "sum(sum_over_time(ledger_tool_calls[{span}]))",
    "lines": "sum(sum_over_time(ledger_lines[{span}]))",
    "commits": "sum(sum_over_time(ledger_commits[{span}]))",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """One engine: whether it runs and answers, where it came from, and the memory it holds."""

    engine: str
    is_running: bool
    is_ready: bool
    detail: str
    memory_mb: float | None
    origin: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The stack's engines, addresses, alerts, and totals by span and name; empty when unknown.

    `elsewhere` names the other runtime when the stack runs under that one, `totals_error` says why
    a running stack has no totals, `set_aside` names queue files that the collector could not open.
    """

    project: str
    runtime: str
    elsewhere: str
    engines: tuple[EngineStatus, ...]
    addresses: Mapping[str, str]
    alerts: tuple[Alert, ...]
    totals: Mapping[str, Mapping[str, float]]
    totals_error: str
    set_aside: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        return bool(self.engines) and all(
            each.is_running and each.is_ready for each in self.engines
        )


def status(workspace: Workspace, runtime: Runtime) -> Status:
    """The stack as it is now; a stack that is down has no engines and no totals."""
    states = runtime.states()
    applied = load_applied(workspace.home)
    wanted = applied.launches
    names = [engine for engine in ENGINES if engine in states or engine in wanted]
    found = tuple(_engine(name, states.get(name), workspace, runtime) for name in names)
    alerts, totals, totals_error = _told(workspace) if states else ((), {}, "")
    return Status(
        project=workspace.settings.project,
        runtime=runtime.name,
        elsewhere="" if states else running_elsewhere(workspace, runtime) or "",
        engines=found if states else (),
        addresses=addresses(workspace, with_grafana="grafana" in states),
        alerts=alerts,
        totals=totals,
        totals_error=totals_error,
        set_aside=applied.set_aside,
    )


def addresses(workspace: Workspace, *, with_grafana: bool) -> dict[str, str]:
    """Where a person or a client reaches the stack."""
    ports = workspace.settings.ports
    grafana = {"grafana": f"http://localhost:{ports.grafana}"} if with_grafana else {}
    return grafana | {
        "otlp_grpc": f"http://localhost:{ports.otlp_grpc}",
        "otlp_http": f"http://localhost:{ports.otlp_http}",
        "prometheus": f"http://localhost:{ports.prometheus}",
        "loki": f"http://localhost:{ports.loki}",
        "metrics": f"http://localhost:{ports.metrics}/metrics",
    }


def _engine(
    name: str, state: EngineState | None, workspace: Workspace, runtime: Runtime
) -> EngineStatus:
    reference, origin = _source(name, runtime)
    memory = runtime.memory_bytes(name) if state and state.is_running else None
    return EngineStatus(
        engine=name,
        is_running=state is not None and state.is_running,
        is_ready=is_ready(workspace.ready_urls[name]),
        detail=state.detail if state else "not running",
        memory_mb=round(memory / 1e6, 1) if memory else None,
        origin=origin,
        reference=reference,
    )


def _source(name: str, runtime: Runtime) -> tuple[str, str]:
    """An engine's reference and origin; one that went away while it runs is no reason to fail."""
    try:
        source = runtime.locate(name)
    except EngineUnavailable as error:
        return "", f"not here any more: {error.tried[0]}"
    return (source.reference, source.origin) if source else ("", "not here")


def _told(
    workspace: Workspace,
) -> tuple[tuple[Alert, ...], dict[str, dict[str, float]], str]:
    """The alerts and the totals, and why there are none."""
    prometheus = Prometheus(url=workspace.url("prometheus"))
    try:
        totals = {
            span: {
                name: prometheus.total(query.format(span=span)) for name, query in TOTALS.items()
            }
            for span in SPANS
        }
        return tuple(prometheus.firing()), totals, ""
    except BackendError as error:
        return (), {}, str(error)
