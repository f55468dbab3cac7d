"""Are taken ports found before anything starts, with who holds them?"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import psutil
import pytest

from provisioner.errors import PortsInUse
from provisioner.ports import require_free_ports
from provisioner.settings import Ports, Settings
from tests.fakes import FakeRuntime, running

ALL = ("loki", "prometheus", "collector", "grafana")


@pytest.fixture
def held() -> Iterator[int]:
    """A port that this process holds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _with(settings: Settings, **ports: int) -> Settings:
    """Settings with these ports; one that had such a port before swaps with it."""
    numbers = dict(settings.ports)
    for name, port in ports.items():
        other = next((known for known, number in numbers.items() if number == port), name)
        numbers[other], numbers[name] = numbers[name], port
    return Settings(ports=Ports(**numbers))


def test_free_ports_are_no_problem(settings: Settings, runtime: FakeRuntime) -> None:
    require_free_ports(ALL, settings, runtime)


def test_a_taken_port_is_named_with_its_setting_and_process(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.name = "docker"
    with pytest.raises(PortsInUse) as caught:
        require_free_ports(ALL, _with(settings, loki_engine=held), runtime)
    (holder,) = caught.value.holders
    me = psutil.Process().name()
    assert (holder.setting, holder.variable, holder.port) == (
        "loki_engine",
        "LOKI_ENGINE_PORT",
        held,
    )
    assert holder.process == f"{me} (process {os.getpid()})"


def test_all_taken_ports_are_named_at_once(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as second:
        taken = _with(settings, loki_engine=held, spool=second.getsockname()[1])
        with pytest.raises(PortsInUse) as caught:
            require_free_ports(ALL, taken, runtime)
    assert {holder.setting for holder in caught.value.holders} == {"loki_engine", "spool"}


def test_a_holder_that_listens_everywhere_is_found_too(
    settings: Settings, runtime: FakeRuntime
) -> None:
    runtime.name = "docker"
    with socket.create_server(("0.0.0.0", 0)) as server:
        taken = _with(settings, grafana=server.getsockname()[1])
        with pytest.raises(PortsInUse):
            require_free_ports(ALL, taken, runtime)


def test_only_ports_of_engines_that_start_are_asked_for(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    require_free_ports({"loki"}, _with(settings, grafana=held), runtime)


def test_ports_inside_containers_do_not_matter_under_docker(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.name = "docker"
    require_free_ports(ALL, _with(settings, spool=held), runtime)


def test_a_port_that_our_own_running_engine_holds_is_ours(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.settings = _with(settings, loki_engine=held)
    runtime.engines = running("loki")
    require_free_ports(ALL, runtime.settings, runtime)


def test_a_new_port_of_a_running_engine_must_be_free(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.engines = running("loki")
    with pytest.raises(PortsInUse):
        require_free_ports(ALL, _with(settings, loki_engine=held), runtime)


def test_a_port_that_a_stopped_engine_had_must_be_free(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.settings = _with(settings, loki_engine=held)
    with pytest.raises(PortsInUse):
        require_free_ports(ALL, runtime.settings, runtime)


def test_a_port_that_another_engine_of_ours_holds_must_be_free(
    settings: Settings, runtime: FakeRuntime, held: int
) -> None:
    runtime.settings = _with(settings, prometheus_engine=held)
    runtime.engines = running("prometheus")
    with pytest.raises(PortsInUse):
        require_free_ports({"loki"}, _with(settings, loki_engine=held), runtime)


def test_a_connection_that_has_just_ended_does_not_hold_a_port(
    settings: Settings, runtime: FakeRuntime
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address) as client:
            accepted, _ = server.accept()
            accepted.close()  # this side closes first, so its end stays for a while
            client.recv(1)
    require_free_ports(ALL, _with(settings, loki=address[1]), runtime)
