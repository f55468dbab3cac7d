"""Is the daemon the one that Docker's own command would talk to, and is it told why it is not?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from docker.errors import DockerException

from provisioner.errors import RuntimeUnavailable
from provisioner.files import write_atomically
from provisioner.runtime.docker_daemon import compose_command, connect, daemon_environment
from tests.ports import free_ports
from tests.servers import serving
from tests.unit.runtime.daemon import Daemon


@pytest.fixture(autouse=True)
def docker_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Docker's own settings of a person who has none."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    return tmp_path / ".docker"


@pytest.fixture
def address(daemon: Daemon) -> Iterator[str]:
    with serving(daemon) as server:
        yield server.url.replace("http", "tcp")


def _add_context(config: Path, name: str, host: str, *, is_current: bool) -> Path:
    """Write a context as `docker context create` does; returns the folder for certificates."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    endpoint = {"Host": host, "SkipTLSVerify": False}
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}
    write_atomically(config / "contexts" / "meta" / digest / "meta.json", json.dumps(meta))
    current = {"currentContext": name} if is_current else {}
    write_atomically(config / "config.json", json.dumps(current))
    return config / "contexts" / "tls" / digest / "docker"


def test_without_any_word_it_is_dockers_own_socket() -> None:
    assert daemon_environment() == {"DOCKER_HOST": "unix:///var/run/docker.sock"}


def test_the_current_context_is_honoured(docker_config: Path, address: str) -> None:
    _add_context(docker_config, "colima", address, is_current=True)
    found = daemon_environment()
    assert found == {"DOCKER_HOST": address}
    client = connect(found)
    assert client.version()["Arch"] == "amd64"
    client.close()


def test_a_context_can_be_named_by_variable(
    docker_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add_context(docker_config, "desktop", "unix:///desktop.sock", is_current=False)
    monkeypatch.setenv("DOCKER_CONTEXT", "desktop")
    assert daemon_environment() == {"DOCKER_HOST": "unix:///desktop.sock"}


def test_a_host_wins_over_a_context(docker_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _add_context(docker_config, "colima", "unix:///colima.sock", is_current=True)
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    assert daemon_environment() == {"DOCKER_HOST": "unix:///mine.sock"}


def test_a_context_with_certificates_is_passed_on_by_name(docker_config: Path) -> None:
    folder = _add_context(docker_config, "far", "tcp://far:2376", is_current=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        write_atomically(folder / name, "")
    assert daemon_environment() == {"DOCKER_CONTEXT": "far"}


def test_a_context_that_is_not_there_is_told_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    with pytest.raises(RuntimeUnavailable, match="'gone' is not there") as caught:
        daemon_environment()
    assert "`docker context ls`" in caught.value.advice
    assert "RUNTIME=native" in caught.value.advice


def test_without_a_daemon_its_address_and_the_way_out_are_told() -> None:
    address = f"tcp://127.0.0.1:{next(free_ports())}"
    with pytest.raises(RuntimeUnavailable) as caught:
        connect({"DOCKER_HOST": address})
    assert caught.value.reason == (f"no Docker daemon answers at {address} (Connection refused)")
    assert caught.value.advice == (
        "start it, or run the engines without Docker with RUNTIME=native"
    )


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(RuntimeUnavailable, match="at nonsense://x \\(Invalid bind address"):
        connect({"DOCKER_HOST": "nonsense://x"})


def test_a_socket_that_this_user_may_not_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where tests run as root, no socket is closed to them.
    def refuse(**_: object) -> None:
        refused = PermissionError(13, "Permission denied")
        raise DockerException("Error while fetching server API version") from refused

    monkeypatch.setattr("docker.from_env", refuse)
    with pytest.raises(RuntimeUnavailable) as caught:
        connect({"DOCKER_HOST": "unix:///var/run/docker.sock"})
    assert caught.value.reason == (
        "this user may not talk to the Docker daemon at unix:///var/run/docker.sock "
        "(Permission denied)"
    )
    assert "usermod -aG docker" in caught.value.advice


@pytest.mark.parametrize(
    ("programs", "command"),
    [
        ({"docker": 0, "docker-compose": 0}, ("docker", "compose")),
        ({"docker": 1, "docker-compose": 0}, ("docker-compose",)),
        ({"docker-compose": 0}, ("docker-compose",)),
    ],
)
def test_the_compose_plugin_is_preferred_to_the_old_program(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    programs: Mapping[str, int],
    command: tuple[str, ...],
) -> None:
    for name, code in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compose_command() == command


def test_without_any_compose_the_way_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeUnavailable, match="RUNTIME=native"):
        compose_command()
