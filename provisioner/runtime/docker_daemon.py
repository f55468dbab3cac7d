"""Which Docker daemon is meant, does it answer, and which Compose is there to drive it?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping

import docker
from docker.context import Context, ContextAPI
from docker.errors import DockerException

from provisioner.errors import RuntimeUnavailable

DAEMON_SECONDS = 120
_WITHOUT = "run the engines without Docker with RUNTIME=native"


def daemon_environment() -> dict[str, str]:
    """The variables that lead the SDK and Compose to one daemon: DOCKER_HOST, else the context's.

    Docker Desktop, colima and rootless Docker are found by their context only.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return {"DOCKER_HOST": host}
    name = os.environ.get("DOCKER_CONTEXT")
    context: Context | None = ContextAPI.get_context(name)  # its types know no missing one
    if context is None or not context.Host:
        raise RuntimeUnavailable(
            f"the Docker context {name or 'in use'!r} is not there or names no daemon",
            f"choose one of `docker context ls` with `docker context use`, or {_WITHOUT}",
        )
    # Certificates are the context's own; without any, the address is all there is to say.
    has_tls = bool(context.TLSConfig)
    return {"DOCKER_CONTEXT": context.name} if has_tls else {"DOCKER_HOST": context.Host}


def connect(environment: Mapping[str, str]) -> docker.DockerClient:
    """A client of the daemon that this environment names; raises RuntimeUnavailable."""
    try:
        client = docker.from_env(timeout=DAEMON_SECONDS, environment={**os.environ, **environment})
        client.ping()
    except (DockerException, OSError) as error:
        raise _unavailable(" ".join(environment.values()), error) from error
    return client


def compose_command() -> tuple[str, ...]:
    """`docker compose`, else `docker-compose`; raises RuntimeUnavailable when neither is there."""
    for command in (("docker", "compose"), ("docker-compose",)):
        try:
            found = subprocess.run([*command, "version"], capture_output=True, check=False)
        except OSError:
            continue
        if found.returncode == 0:
            return command
    raise RuntimeUnavailable(
        "a Docker daemon runs, but neither `docker compose` nor `docker-compose` is there",
        f"install Docker's Compose plugin, or {_WITHOUT}",
    )


def _unavailable(daemon: str, error: Exception) -> RuntimeUnavailable:
    refused = next((each for each in _causes(error) if _is_the_systems(each)), error)
    reason = getattr(refused, "strerror", None) or str(refused).partition("\n")[0]
    if isinstance(refused, PermissionError):
        return RuntimeUnavailable(
            f"this user may not talk to the Docker daemon at {daemon} ({reason})",
            "join the group that may (`sudo usermod -aG docker $USER`, then log in again), or "
            + _WITHOUT,
        )
    return RuntimeUnavailable(
        f"no Docker daemon answers at {daemon} ({reason})", f"start it, or {_WITHOUT}"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_the_systems(error: BaseException) -> bool:
    """Whether the system said it; requests calls its own errors OSError too."""
    return isinstance(error, OSError) and error.errno is not None
