"""How do engines run under Docker Compose?"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from provisioner.errors import CommandFailed, StackNotRunning
from provisioner.launch import arguments, garbage_percent, go_memory_limit, memory_mb
from provisioner.placement import ENGINES, Placement, docker_placement, secret_paths
from provisioner.runtime.checks import CHECKS, reject
from provisioner.runtime.docker_data import data_archive, read_archive
from provisioner.runtime.docker_files import (
    CONFIG_ROOT,
    OWNERS,
    file_archive,
    stack_archive,
    stale_folders,
)
from provisioner.runtime.docker_images import Images, pinned_reference
from provisioner.runtime.docker_queues import set_aside_in
from provisioner.runtime.model import DataFile, Delivery, EngineState, Holding, Report, Source
from provisioner.runtime.native_data import free_bytes
from provisioner.settings import RuntimeName, Settings

STOP_SECONDS = 90
CHECK_SECONDS = 60
PROJECT_LABEL = "com.docker.compose.project"
PROGRAMS = {"promtool": "/bin/promtool", "caddy": "/usr/bin/caddy"}
"""Those that check a config and are not, or need not be, their image's entrypoint."""
SERVICE_LABEL = "com.docker.compose.service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRuntime:
    """Engines as containers of one Compose project.

    `daemon` holds the variables that lead Compose to the daemon that `client` talks to.
    """

    settings: Settings
    root: Path
    client: docker.DockerClient
    daemon: Mapping[str, str]
    command: tuple[str, ...]

    @property
    def name(self) -> RuntimeName:
        return "docker"

    @property
    def placement(self) -> Placement:
        return docker_placement()

    @property
    def _images(self) -> Images:
        return Images(client=self.client, settings=self.settings)

    def locate(self, engine: str) -> Source | None:
        return self._images.locate(engine)

    def obtain(self, engine: str, report: Report) -> Source | None:
        return self._images.obtain(engine, report)

    def validate(self, engine: str, source: Source, files: Mapping[str, str]) -> None:
        if engine not in CHECKS:
            return
        check = CHECKS[engine]
        program = PROGRAMS.get(check.program)
        container = self.client.containers.create(
            source.reference,
            command=list(check.command(_in_check(check.file))),
            entrypoint=program,
            network_mode="none",
        )
        try:
            for path, text in files.items():
                container.put_archive("/", file_archive(_in_check(path), text))
            for secret in secret_paths(self.placement):
                if any(secret in text for text in files.values()):
                    container.put_archive("/", file_archive(secret, "x"))
            container.start()
            if container.wait(timeout=CHECK_SECONDS)["StatusCode"] != 0:
                raise reject(engine, container.logs().decode(errors="replace"))
        finally:
            container.remove(force=True, v=True)

    def states(self) -> Mapping[str, EngineState]:
        return {
            service: _state(service, container)
            for container in self._containers()
            if (service := container.labels.get(SERVICE_LABEL, "")) in ENGINES
        }

    def memory_bytes(self, engine: str) -> int | None:
        container = self._container(engine)
        usage = self.client.api.stats(str(container.id), stream=False, one_shot=True)[
            "memory_stats"
        ]
        # As `docker stats` counts it: without file pages that can be given back at once.
        reclaimable = usage.get("stats", {}).get("inactive_file", 0)
        return int(usage["usage"] - reclaimable) if "usage" in usage else None

    def ports(self, engine: str) -> frozenset[int]:
        if engine not in self.states():
            return frozenset()
        published = self._container(engine).attrs["NetworkSettings"]["Ports"].values()
        return frozenset(int(each["HostPort"]) for every in published for each in every or ())

    def deliver(self, delivery: Delivery, sources: Mapping[str, Source]) -> None:
        container = self._files(sources)
        held, _ = container.get_archive(CONFIG_ROOT)
        stale = stale_folders(self.placement, delivery, b"".join(held))
        container.put_archive("/", stack_archive(self.placement, delivery, stale))
        container.remove(v=False)

    def set_queues_aside(self, sources: Mapping[str, Source]) -> list[str]:
        state = self.states().get("collector")
        if state and state.is_running:
            return []
        container = self._files(sources)
        try:
            return set_aside_in(container, self.placement.data["collector"])
        finally:
            container.remove(v=False)

    def _files(self, sources: Mapping[str, Source]) -> Container:
        """A container that has all volumes and runs nothing."""
        create = ("up", "--no-start", "--no-deps", "--force-recreate", "files")
        self._compose(*create, sources=sources)
        return self._container("files")

    def start(self, engines: Sequence[str], sources: Mapping[str, Source]) -> None:
        # Compose replaces only what differs by its own account; a changed config does not.
        flags = ("--detach", "--no-deps", "--force-recreate")
        self._compose("up", *flags, *engines, sources=sources)

    def restart(self, engine: str) -> None:
        self._container(engine).restart(timeout=STOP_SECONDS)

    def reload(self, engine: str) -> None:
        self._container(engine).kill(signal="SIGHUP")

    def halt(self, engine: str) -> None:
        self._container(engine).stop(timeout=STOP_SECONDS)

    def resume(self, engine: str) -> None:
        container = self._container(engine)
        # A stop that was interrupted here goes on there, and would undo the start.
        container.stop(timeout=STOP_SECONDS)
        container.start()

    def read_data(self, engine: str) -> Iterator[DataFile]:
        archive, _ = self._container(engine).get_archive(self.placement.data[engine])
        return read_archive(archive)

    def write_data(
        self, engine: str, files: Iterable[DataFile], sources: Mapping[str, Source]
    ) -> None:
        container = self._files(sources)
        # The API takes whatever can be iterated, piece by piece; its types know bytes only.
        pieces: Any = data_archive(self.placement.data[engine], OWNERS[engine], files)
        container.put_archive("/", pieces)
        container.remove(v=False)

    def free_bytes(self) -> int | None:
        # Known only of a daemon whose disk is this machine's.
        root = Path(str(self.client.info().get("DockerRootDir", "")))
        return free_bytes(root) if root.is_absolute() and root.is_dir() else None

    def remove(self, engine: str) -> None:
        container = self._container(engine)
        container.stop(timeout=STOP_SECONDS)
        container.remove(v=False)

    def stop(self, report: Report) -> None:
        running = self.states()
        # The door closes first, so that nothing is in flight when the stores flush.
        for engine in reversed(ENGINES):
            if engine in running:
                report(f"stopping {engine}")
                self._container(engine).stop(timeout=STOP_SECONDS)
        self._compose("down", "--remove-orphans")

    def holdings(self) -> list[Holding]:
        volumes = self.client.volumes.list(filters={"label": self._label})
        names = sorted(str(volume.name) for volume in volumes)
        return [Holding(kind="volume", name=name) for name in names]

    def delete(self) -> None:
        self._compose("down", "--volumes", "--remove-orphans")

    def logs(self, engines: Sequence[str], *, follow: bool, lines: int) -> int:
        flags = [f"--tail={lines}", *(["--follow"] if follow else [])]
        command = [*self._prefix(), "logs", *flags, *engines]
        return subprocess.run(command, env=self._environment({}), check=False).returncode

    @property
    def _label(self) -> str:
        return f"{PROJECT_LABEL}={self.settings.project}"

    def _containers(self, *labels: str) -> list[Container]:
        return self.client.containers.list(all=True, filters={"label": [self._label, *labels]})

    def _container(self, service: str) -> Container:
        for container in self._containers(f"{SERVICE_LABEL}={service}"):
            return container
        raise StackNotRunning(self.settings.project)

    def _prefix(self) -> tuple[str, ...]:
        files = ("--file", str(self.root / "compose.yaml"))
        return (*self.command, "--project-name", self.settings.project, *files)

    def _compose(self, *args: str, sources: Mapping[str, Source] | None = None) -> None:
        profiles = ("--profile", "grafana", "--profile", "files")
        command = [*self._prefix(), *profiles, *args]
        environment = self._environment(sources or {})
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CommandFailed([*self.command, *args], done.returncode, done.stderr or done.stdout)

    def _environment(self, sources: Mapping[str, Source]) -> dict[str, str]:
        variables = compose_variables(self.settings, self.placement, sources)
        return {**os.environ, **self.daemon, **variables}


def compose_variables(
    settings: Settings, at: Placement, sources: Mapping[str, Source]
) -> dict[str, str]:
    """Every variable of compose.yaml; an engine without a source gets its pinned image."""
    variables: dict[str, str] = {}
    for engine in ENGINES:
        prefix = engine.upper()
        source = sources.get(engine)
        variables[f"{prefix}_IMAGE"] = (
            source.reference if source else pinned_reference(engine, settings)
        )
        variables[f"{prefix}_ARGUMENTS"] = shlex.join(arguments(engine, settings, at))
        variables[f"{prefix}_MEMORY"] = f"{memory_mb(engine, settings)}m"
        variables[f"{prefix}_GOGC"] = str(garbage_percent(engine))
        variables[f"{prefix}_GO_MEMORY"] = go_memory_limit(engine, settings)
    ports = {f"{name.upper()}_PORT": str(number) for name, number in settings.ports}
    return variables | ports


def _in_check(path: str) -> str:
    """Where the container that checks a config has a file of its engine."""
    return f"/tmp/{Path(path).name}"  # noqa: S108 - in the container


def _state(service: str, container: Container) -> EngineState:
    state = container.attrs["State"]
    health = state.get("Health", {}).get("Status")
    detail = f"{state['Status']} ({health})" if health else str(state["Status"])
    return EngineState(engine=service, is_running=state["Status"] == "running", detail=detail)
