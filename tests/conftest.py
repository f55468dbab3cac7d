"""What all tests share: a guard around the network, and a stack of their own to work on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner import verify
from provisioner.dashboards import DASHBOARDS
from provisioner.files import write_atomically
from provisioner.settings import Ports, Settings
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, listener_ports
from tests.servers import FakeStack
from tests.shares import Shares, turn
from tests.stack.leftovers import close_notes, open_notes

ROOT = Path(__file__).parents[1]
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
BROKEN_OFF = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)

SMALL_CHECKOUT = {
    "compose.yaml": "services: {}\n",
    "setup-env.sh": "",
    "collector/config.yaml.j2": (
        "identity: {{ settings.identity }}\n"
        "content: {{ settings.keep_content }}\n"
        "secret: {{ at.identity_secret }}\n"
    ),
    "gateway/Caddyfile.j2": ":{{ settings.ports.prometheus }}\n",
    "grafana/grafana.ini.j2": "[server]\nhttp_port = {{ settings.ports.grafana }}\n",
    "loki/config.yaml.j2": "retention: {{ settings.loki.retention_days }}d\n",
    "prometheus/prometheus.yaml.j2": "grafana: {{ with_grafana }}\n",
    "prometheus/web.yaml.j2": "key: {{ at.keys.prometheus }}\n",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order in which processes take their shares; random within each."""
    items.sort(key=lambda item: turn(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Shares:
    """Tests of one stack stay in one process."""
    return Shares(config, log)


def pytest_configure() -> None:
    """Note the stacks that tests start, in whichever process."""
    if not IS_WORKER:
        open_notes()


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(exitstatus: int) -> Generator[None]:
    """Fixtures take their stacks away, if they are left the time for it."""
    yield
    if not IS_WORKER:
        close_notes(take_away=exitstatus in BROKEN_OFF)


@pytest.fixture(autouse=True)
def _only_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fast tests reach nothing but the loopback, and no engine that was built on this machine."""
    if request.node.get_closest_marker("stack"):
        return
    monkeypatch.setenv("CLAUDE_OTEL_CACHE", "/dev/null/cache")
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:  # noqa: ANN401 - as socket has it
        is_inet = self.family in {socket.AF_INET, socket.AF_INET6}
        if is_inet and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            pytest.fail(f"a fast test connects to {address}")
        return connect(self, address)

    return guarded


@pytest.fixture
def settings() -> Settings:
    """Settings whose ports are free on this machine."""
    return Settings(ports=Ports(**listener_ports()))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with templates as small as they can be."""
    root = tmp_path / "checkout"
    for path, text in SMALL_CHECKOUT.items():
        write_atomically(root / path, text)
    return root


@pytest.fixture
def workspace(tmp_path: Path, checkout: Path, settings: Settings) -> Workspace:
    """A stack of the small checkout, with a home and a build folder of its own."""
    return Workspace(
        root=checkout, settings=settings, home=tmp_path / "home", build=tmp_path / "build"
    )


@pytest.fixture
def runtime(workspace: Workspace) -> FakeRuntime:
    """A runtime without engines, for the same workspace."""
    return FakeRuntime(settings=workspace.settings, home=workspace.home)


@pytest.fixture
def fake_stack() -> Iterator[FakeStack]:
    """Stores and a door that answer over HTTP and gRPC."""
    with FakeStack() as running:
        yield running


@pytest.fixture
def _one_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifying asks the queries of one board, as it would those of all."""
    monkeypatch.setattr(verify, "DASHBOARDS", DASHBOARDS[:1])
