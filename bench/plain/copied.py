"""What do most people copy? Three stock engines with a page of YAML, and `increase()` panels.

The collector's OTLP receiver hands counters to its `prometheus` exporter, which Prometheus scrapes
every 15 s, and events to Loki. All settings are the engines' defaults, as in the configuration of
ColeMurray/claude-code-otel, which many others began with; left out is its `debug` exporter, which
would only cost it time. Loki's file is the one that its image brings along. Changed are only
addresses, paths, and that no engine reports to its makers.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from provisioner.backends import Loki, Prometheus, is_ready
from provisioner.otlp import Door
from provisioner.runtime.supervisord import bare_environment
from tests.ports import free_ports

LOOPBACK = "127.0.0.1"
SCRAPE_SECONDS = 15
READY_SECONDS = 90.0
END_SECONDS = 30.0
NAMES = ("grpc", "http", "endpoint", "telemetry", "prometheus", "loki", "loki_grpc")

COLLECTOR = """\
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: "127.0.0.1:{grpc}"}}
      http: {{endpoint: "127.0.0.1:{http}"}}
processors:
  resource:
    attributes:
      - {{key: environment, value: production, action: upsert}}
exporters:
  prometheus: {{endpoint: "127.0.0.1:{endpoint}"}}
  otlp_http: {{endpoint: "http://127.0.0.1:{loki}/otlp"}}
service:
  telemetry:
    metrics:
      readers:
        - pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {telemetry}}}}}}}
  pipelines:
    metrics: {{receivers: [otlp], processors: [resource], exporters: [prometheus]}}
    logs: {{receivers: [otlp], processors: [resource], exporters: [otlp_http]}}
"""

PROMETHEUS = """\
global:
  scrape_interval: {scrape}s
scrape_configs:
  - job_name: otel-collector
    static_configs:
      - targets: ["127.0.0.1:{endpoint}"]
"""

PROMETHEUS_OF_THE_PAST = """\
storage:
  tsdb:
    out_of_order_time_window: 400d
"""

LOKI = """\
auth_enabled: false
server:
  http_listen_address: 127.0.0.1
  http_listen_port: {loki}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: {loki_grpc}
common:
  instance_addr: 127.0.0.1
  path_prefix: {folder}/loki
  storage:
    filesystem:
      chunks_directory: {folder}/loki/chunks
      rules_directory: {folder}/loki/rules
  replication_factor: 1
  ring:
    kvstore:
      store: inmemory
schema_config:
  configs:
    - from: 2020-10-24
      store: tsdb
      object_store: filesystem
      schema: v13
      index:
        prefix: index_
        period: 24h
analytics:
  reporting_enabled: false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The copied configuration at work."""

    ports: Mapping[str, int]
    pids: Mapping[str, int]

    @property
    def door(self) -> Door:
        return Door(
            grpc_address=f"{LOOPBACK}:{self.ports['grpc']}",
            http_url=f"http://{LOOPBACK}:{self.ports['http']}",
        )

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(url=f"http://{LOOPBACK}:{self.ports['prometheus']}")

    @property
    def loki(self) -> Loki:
        return Loki(url=f"http://{LOOPBACK}:{self.ports['loki']}")


@contextmanager
def copied(folder: Path, binaries: Mapping[str, str]) -> Iterator[Copied]:
    """All three engines, until the block ends."""
    folder.mkdir(parents=True)
    ports = dict(zip(NAMES, free_ports(), strict=False))
    values = {**ports, "folder": folder, "scrape": SCRAPE_SECONDS}
    files = {"collector.yaml": COLLECTOR, "prometheus.yaml": PROMETHEUS, "loki.yaml": LOKI}
    for name, text in files.items():
        (folder / name).write_text(text.format(**values), encoding="utf-8")
    commands = {
        "loki": (binaries["loki"], f"-config.file={folder}/loki.yaml"),
        "collector": (binaries["collector"], f"--config={folder}/collector.yaml"),
        "prometheus": _prometheus(folder, binaries, ports["prometheus"]),
    }
    with ExitStack() as running:
        pids = {
            name: running.enter_context(_running(folder, name, command))
            for name, command in commands.items()
        }
        found = Copied(ports=ports, pids=pids)
        _wait("Prometheus", lambda: is_ready(f"{found.prometheus.url}/-/ready"))
        _wait("Loki", lambda: is_ready(f"{found.loki.url}/ready"))
        _wait("the collector", lambda: _listens(ports["grpc"]))
        yield found


@contextmanager
def prometheus_of_the_past(folder: Path, binaries: Mapping[str, str]) -> Iterator[Prometheus]:
    """A Prometheus alone that takes history as ours does, until the block ends."""
    folder.mkdir(parents=True)
    port = next(free_ports())
    (folder / "prometheus.yaml").write_text(PROMETHEUS_OF_THE_PAST, encoding="utf-8")
    options = ("--web.enable-otlp-receiver", "--storage.tsdb.retention.time=400d")
    command = (*_prometheus(folder, binaries, port), *options)
    with _running(folder, "prometheus", command):
        found = Prometheus(url=f"http://{LOOPBACK}:{port}")
        _wait("Prometheus", lambda: is_ready(f"{found.url}/-/ready"))
        yield found


def _prometheus(folder: Path, binaries: Mapping[str, str], port: int) -> tuple[str, ...]:
    return (
        binaries["prometheus"],
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/prometheus",
        f"--web.listen-address={LOOPBACK}:{port}",
    )


@contextmanager
def _running(folder: Path, name: str, command: tuple[str, ...]) -> Iterator[int]:
    """A program's process id; it is ended when the block ends."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=bare_environment(), cwd=folder, stdout=log, stderr=log
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(what: str, is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise click.ClickException(f"{what} of the copied configuration did not start")
        time.sleep(0.2)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
