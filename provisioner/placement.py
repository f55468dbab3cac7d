"""Where does each engine listen, how do engines reach one another, and where is their data?

The same templates serve both runtimes; only these addresses and directories differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from provisioner.keys import FOLDER, KEY, TOKEN, key_file, token_file
from provisioner.settings import RuntimeName, Settings

ENGINES = ("loki", "prometheus", "collector", "gateway", "grafana")
"""In the order in which they start; they stop in the opposite order."""

STORING = ("loki", "prometheus", "collector", "grafana")
"""Those that keep data."""

KEYED = ("loki", "prometheus", "collector", "gateway")
"""Those that show the stack's key to one another."""

LOOPBACK = "127.0.0.1"
DOCKER_SECRETS = f"/etc/claude-otel/{FOLDER}"
PASSWORD = "grafana-password"  # noqa: S105 - its file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of an engine: its setting's name, its number in a container, who may reach it."""

    name: str
    engine: str
    container_port: int
    published: bool = True
    internal: bool = False


LISTENERS = (
    Listener(name="grafana", engine="grafana", container_port=3000),
    Listener(name="otlp_grpc", engine="collector", container_port=4317),
    Listener(name="otlp_http", engine="collector", container_port=4318),
    Listener(name="metrics", engine="gateway", container_port=8889),
    Listener(name="metrics_engine", engine="collector", container_port=8889, published=False),
    Listener(name="collector_health", engine="collector", container_port=13133, published=False),
    Listener(
        name="spool", engine="collector", container_port=14319, published=False, internal=True
    ),
    Listener(name="prometheus", engine="gateway", container_port=9090),
    Listener(name="prometheus_engine", engine="prometheus", container_port=9090),
    Listener(name="loki", engine="gateway", container_port=3100),
    Listener(name="loki_engine", engine="loki", container_port=3100),
    Listener(name="loki_grpc", engine="loki", container_port=9095, published=False, internal=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Addresses and directories of one stack, as its engines see them.

    `listen` and `reach` are keyed by listener name, the others by engine name; `reach` holds
    `host:port`, `keys` where an engine finds the stack's key.
    """

    runtime: RuntimeName
    listen: Mapping[str, str]
    reach: Mapping[str, str]
    config: Mapping[str, str]
    data: Mapping[str, str]
    keys: Mapping[str, str]
    identity_secret: str
    ingest_token: str
    grafana_password: str


def secret_paths(at: Placement) -> list[str]:
    """Where engines find secrets."""
    return sorted({*at.keys.values(), at.identity_secret, at.ingest_token, at.grafana_password})


def engine_of(path: str) -> str:
    """The engine that reads an artifact; empty for what no engine reads."""
    first = PurePosixPath(path).parts[0]
    return first if first in ENGINES else ""


def docker_placement() -> Placement:
    """Engines in containers, one network, configs and data in named volumes."""
    return Placement(
        runtime="docker",
        listen={
            each.name: f"{LOOPBACK if each.internal else '0.0.0.0'}:{each.container_port}"  # noqa: S104 - inside the container; ports are published on the loopback only
            for each in LISTENERS
        },
        reach={
            each.name: f"{LOOPBACK if each.internal else each.engine}:{each.container_port}"
            for each in LISTENERS
        },
        config={engine: f"/etc/claude-otel/{engine}" for engine in ENGINES},
        data={engine: f"/var/lib/claude-otel/{engine}" for engine in STORING},
        keys={engine: f"{DOCKER_SECRETS}/{engine}/{KEY}" for engine in KEYED},
        identity_secret=f"{DOCKER_SECRETS}/identity",
        ingest_token=f"{DOCKER_SECRETS}/{TOKEN}",
        grafana_password=f"{DOCKER_SECRETS}/grafana/{PASSWORD}",
    )


def native_placement(settings: Settings, home: Path) -> Placement:
    """Engines as processes of this machine, all on the loopback; `home` holds configs and data."""
    addresses = {name: f"{LOOPBACK}:{number}" for name, number in settings.ports}
    return Placement(
        runtime="native",
        listen=addresses,
        reach=addresses,
        config={engine: f"{home}/config/{engine}" for engine in ENGINES},
        data={engine: f"{home}/data/{engine}" for engine in STORING},
        keys={engine: str(key_file(home)) for engine in KEYED},
        identity_secret=f"{home}/{FOLDER}/identity",
        ingest_token=str(token_file(home)),
        grafana_password=f"{home}/{FOLDER}/{PASSWORD}",
    )
