"""Do containers of one project, and only those, do what a runtime must do?"""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import docker
import pytest

from provisioner.errors import ArtifactRejected, CommandFailed, StackNotRunning
from provisioner.placement import docker_placement
from provisioner.runtime.compose import ComposeRuntime, compose_variables
from provisioner.runtime.docker_files import file_archive
from provisioner.runtime.model import DataFile, Delivery, EngineState, Holding
from provisioner.settings import Loki, Ports, Settings
from tests.conftest import ROOT
from tests.fakes import source
from tests.unit.runtime.daemon import Daemon

# Compose's place is taken by a script that notes its arguments and two variables.
SCRIPT = """#!/bin/sh
echo "$*" >> "$0.calls"
echo "$LOKI_IMAGE" >> "$0.images"
echo "$DOCKER_HOST" >> "$0.daemons"
echo "no such thing" >&2
exit $(cat "$0.exit")
"""

INSIDE = {
    "COLLECTOR_HEALTH_PORT": "the gateway asks for it",
    "GRAFANA_ARGUMENTS": "its image reads GF_PATHS_* instead",
    "GRAFANA_GOGC": "its limit is enough",
    "GRAFANA_GO_MEMORY": "its limit is enough",
    "METRICS_ENGINE_PORT": "the gateway and Prometheus ask for it",
    "LOKI_GRPC_PORT": "stays inside its container",
    "SPOOL_PORT": "stays inside its container",
}
"""Variables that are computed for all engines alike, but that compose.yaml has no use for."""


class Compose:
    """The script: what it was asked, and how it ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "compose"
        self.path.write_text(SCRIPT, encoding="utf-8")
        self.path.chmod(0o755)
        self.ends_with(0)

    def ends_with(self, code: int) -> None:
        Path(f"{self.path}.exit").write_text(str(code), encoding="utf-8")

    def lines(self, of: str = "calls") -> list[str]:
        return Path(f"{self.path}.{of}").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def compose(tmp_path: Path) -> Compose:
    return Compose(tmp_path)


@pytest.fixture
def runtime(client: docker.DockerClient, compose: Compose, tmp_path: Path) -> ComposeRuntime:
    return ComposeRuntime(
        settings=Settings(),
        root=tmp_path,
        client=client,
        daemon={"DOCKER_HOST": "tcp://127.0.0.1:1"},
        command=(str(compose.path),),
    )


def _state(status: str, health: str = "") -> dict[str, Any]:
    return {"Status": status, **({"Health": {"Status": health}} if health else {})}


def test_every_variable_of_the_compose_file_is_set_and_no_other() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)", text))
    given = compose_variables(Settings(), docker_placement(), {}).keys()
    assert given - INSIDE.keys() == used
    assert INSIDE.keys() <= given


def test_variables_follow_the_settings_and_the_engines_that_were_found() -> None:
    settings = Settings(ports=Ports(loki=23100), loki=Loki(memory_mb=1000))
    found = compose_variables(settings, docker_placement(), {"loki": source("loki")})
    assert found["LOKI_IMAGE"] == "/opt/loki"
    assert found["LOKI_PORT"] == "23100"
    assert (found["LOKI_MEMORY"], found["LOKI_GO_MEMORY"]) == ("1000m", "900MiB")
    assert found["LOKI_ARGUMENTS"] == "-config.file=/etc/claude-otel/loki/config.yaml"


def test_an_engine_that_was_not_looked_for_gets_its_pinned_image() -> None:
    found = compose_variables(Settings(), docker_placement(), {})
    assert found["COLLECTOR_IMAGE"] == Settings().collector.reference


def test_an_argument_that_a_shell_would_split_stays_one() -> None:
    found = compose_variables(Settings(), docker_placement(), {})
    assert (
        "'--web.cors.origin=http://(localhost|127[.]0[.]0[.]1):13000'"
        in (found["PROMETHEUS_ARGUMENTS"])
    )


def test_start_calls_compose_for_this_project_with_the_images_that_were_found(
    runtime: ComposeRuntime, compose: Compose, tmp_path: Path
) -> None:
    runtime.start(["loki", "prometheus"], {"loki": source("loki")})
    project = f"--project-name claude-otel --file {tmp_path}/compose.yaml"
    profiles = "--profile grafana --profile files"
    assert compose.lines() == [
        f"{project} {profiles} up --detach --no-deps --force-recreate loki prometheus",
    ]
    assert compose.lines("images") == ["/opt/loki"]
    assert compose.lines("daemons") == ["tcp://127.0.0.1:1"]


def test_compose_that_fails_is_told_with_what_it_printed(
    runtime: ComposeRuntime, compose: Compose
) -> None:
    compose.ends_with(17)
    with pytest.raises(CommandFailed, match=r"exited with 17\n  \| no such thing"):
        runtime.start(["loki"], {})


def test_states_are_those_of_the_projects_engines(runtime: ComposeRuntime, daemon: Daemon) -> None:
    daemon.states |= {
        "loki": _state("running", "healthy"),
        "collector": _state("running"),
        "prometheus": _state("exited"),
        "files": _state("created"),
    }
    assert runtime.states() == {
        "loki": EngineState(engine="loki", is_running=True, detail="running (healthy)"),
        "collector": EngineState(engine="collector", is_running=True, detail="running"),
        "prometheus": EngineState(engine="prometheus", is_running=False, detail="exited"),
    }
    assert json.loads(daemon.filters[0]) == {"label": ["com.docker.compose.project=claude-otel"]}


def test_memory_is_counted_without_pages_that_can_be_given_back(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.states["loki"] = _state("running")
    assert runtime.memory_bytes("loki") == 50_000_000


def test_the_ports_of_an_engine_are_those_that_its_container_publishes(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    assert runtime.ports("collector") == frozenset()
    daemon.states["collector"] = _state("running")
    bindings = [{"HostIp": "127.0.0.1", "HostPort": "14317"}]
    daemon.ports["collector"] = {"4317/tcp": bindings, "8888/tcp": None}
    assert runtime.ports("collector") == {14317}


def test_restart_reload_and_remove_reach_the_engines_container(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.states["loki"] = _state("running")
    runtime.restart("loki")
    runtime.reload("loki")
    runtime.remove("loki")
    assert daemon.done == [
        "POST /containers/loki/restart",
        "POST /containers/loki/kill",
        "POST /containers/loki/stop",
        "DELETE /containers/loki",
    ]


def test_an_engine_without_a_container_is_not_running(runtime: ComposeRuntime) -> None:
    with pytest.raises(StackNotRunning):
        runtime.restart("loki")


def test_stop_closes_the_door_before_the_stores(
    runtime: ComposeRuntime, daemon: Daemon, compose: Compose
) -> None:
    daemon.states |= {name: _state("running") for name in ("loki", "prometheus", "collector")}
    told: list[str] = []
    runtime.stop(told.append)
    assert told == ["stopping collector", "stopping prometheus", "stopping loki"]
    assert daemon.done == [
        "POST /containers/collector/stop",
        "POST /containers/prometheus/stop",
        "POST /containers/loki/stop",
    ]
    assert compose.lines()[-1].endswith("down --remove-orphans")


def test_a_delivery_is_copied_through_a_container_that_never_runs(
    runtime: ComposeRuntime, daemon: Daemon, compose: Compose
) -> None:
    daemon.states["files"] = _state("created")
    runtime.deliver(Delivery(artifacts={"loki/config.yaml": "a"}, secrets={}), {})
    assert compose.lines()[-1].endswith("up --no-start --no-deps --force-recreate files")
    assert daemon.done == ["PUT /containers/files/archive", "DELETE /containers/files"]
    assert b"etc/claude-otel/loki/config.yaml" in daemon.archives[0]


def test_a_delivery_takes_away_what_is_no_longer_rendered(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.states["files"] = _state("created")
    daemon.held = file_archive("claude-otel/grafana/dashboards/old.json", "{}")
    runtime.deliver(Delivery(artifacts={"loki/config.yaml": "a"}, secrets={}), {})
    with tarfile.open(fileobj=io.BytesIO(daemon.archives[0])) as archive:
        first, second, *_ = archive
    assert (first.name, first.isfile()) == ("etc/claude-otel/grafana", True)
    assert (second.name, second.isdir()) == ("etc/claude-otel/grafana", True)


def test_holdings_are_the_projects_volumes_and_delete_takes_them(
    runtime: ComposeRuntime, daemon: Daemon, compose: Compose
) -> None:
    daemon.volumes = ["claude-otel_loki-data", "claude-otel_config"]
    assert runtime.holdings() == [
        Holding(kind="volume", name="claude-otel_config"),
        Holding(kind="volume", name="claude-otel_loki-data"),
    ]
    runtime.delete()
    assert compose.lines()[-1].endswith("down --volumes --remove-orphans")


def test_a_halted_engine_has_stopped_before_it_is_resumed(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.states["loki"] = _state("running")
    runtime.halt("loki")
    runtime.resume("loki")
    assert daemon.done == [
        "POST /containers/loki/stop",
        "POST /containers/loki/stop",
        "POST /containers/loki/start",
    ]


def test_data_is_read_from_the_engines_own_container(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.states["loki"] = _state("exited")
    daemon.held = file_archive("loki/chunks/1", "one")
    (file,) = runtime.read_data("loki")
    assert (file.path, file.size) == ("chunks/1", 3)


def test_data_is_written_through_a_container_that_never_runs(
    runtime: ComposeRuntime, daemon: Daemon, compose: Compose
) -> None:
    daemon.states["files"] = _state("created")
    file = DataFile(path="chunks/1", size=3, content=io.BytesIO(b"one"))
    runtime.write_data("loki", [file], {})
    assert compose.lines()[-1].endswith("up --no-start --no-deps --force-recreate files")
    with tarfile.open(fileobj=io.BytesIO(daemon.archives[0])) as archive:
        (entry,) = archive
    assert (entry.name, entry.uid) == ("var/lib/claude-otel/loki/chunks/1", 10001)
    assert daemon.done[-1] == "DELETE /containers/files"


def test_room_is_known_only_of_a_daemon_on_this_machine(
    runtime: ComposeRuntime, daemon: Daemon, tmp_path: Path
) -> None:
    assert runtime.free_bytes() is None
    daemon.root = str(tmp_path)
    assert (runtime.free_bytes() or 0) > 0


def test_logs_are_composes_own_and_so_is_the_exit_code(
    runtime: ComposeRuntime, compose: Compose, capfd: pytest.CaptureFixture[str]
) -> None:
    compose.ends_with(3)
    assert runtime.logs(["loki"], follow=True, lines=7) == 3
    assert compose.lines()[-1].endswith("compose.yaml logs --tail=7 --follow loki")
    assert capfd.readouterr().err == "no such thing\n"


def test_a_config_is_checked_in_a_container_that_is_then_removed(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    runtime.validate("loki", source("loki"), {"loki/config.yaml": "a: 1\n"})
    assert daemon.done == [
        "POST /containers/create",
        "PUT /containers/check/archive",
        "POST /containers/check/start",
        "POST /containers/check/wait",
        "DELETE /containers/check",
    ]


def test_a_config_that_its_engine_refuses_is_told_and_the_container_removed(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    daemon.verdict, daemon.said = 1, "line 3: unknown key"
    with pytest.raises(ArtifactRejected, match="loki says: line 3: unknown key"):
        runtime.validate("loki", source("loki"), {"loki/config.yaml": "a: 1\n"})
    assert daemon.done[-1] == "DELETE /containers/check"


def test_a_config_is_checked_together_with_the_files_that_it_names(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    files = {"prometheus/prometheus.yaml": "a: 1\n", "prometheus/rules.yaml": "b: 2\n"}
    runtime.validate("prometheus", source("prometheus"), files)
    config, rules = daemon.archives
    assert config.startswith(b"tmp/prometheus.yaml\0")
    assert rules.startswith(b"tmp/rules.yaml\0")


def test_a_config_that_reads_the_secret_is_checked_with_another(
    runtime: ComposeRuntime, daemon: Daemon
) -> None:
    text = f"x: {docker_placement().identity_secret}\n"
    runtime.validate("collector", source("collector"), {"collector/config.yaml": text})
    config, secret = daemon.archives
    assert config.startswith(b"tmp/config.yaml\0")
    assert secret.startswith(b"etc/claude-otel/secrets/identity\0")
