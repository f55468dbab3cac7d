"""How is a Prometheus filled with history, and made to put all of it into blocks?

It writes late samples, as those of history are, into blocks only when it does so with current ones,
of which it wants three hours first. A Prometheus that scrapes nothing has no current samples but
those it is given. So one runs alone here, with the stack's own storage settings: it gets a sample
of four hours ago, then history through the same OTLP receiver, which is late as it is in a stack,
and then one sample of now.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.disk import allocated_bytes, head_bytes
from provisioner.backends import Prometheus, get, is_ready
from provisioner.history import Stores
from provisioner.launch import arguments
from provisioner.otlp import Gauge, gauges_request, send_to_store
from provisioner.placement import native_placement
from provisioner.runtime.model import Report
from provisioner.runtime.native import NativeRuntime
from tests.faults.engines import wait_until
from tests.stack.stacks import TestStack

KEPT = ("storage", "otlp")
"""What it takes of the stack's configuration: how samples are named and kept."""

OWN = ("--config.file", "--web.config.file", "--storage.tsdb.path")
BEGIN_SECONDS = 4 * 3600.0
READY_SECONDS = 60.0
COMPACTION_SECONDS = 600.0
QUIET_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LonePrometheus:
    """A Prometheus that has only what it is given."""

    data: Path
    url: str

    @property
    def stores(self) -> Stores:
        return Stores(prometheus_url=self.url, loki_url="", loki_read_url="")

    @property
    def api(self) -> Prometheus:
        return Prometheus(url=self.url)

    @property
    def head_bytes(self) -> int:
        """What is in its logs and its head."""
        return head_bytes(self.data)

    @property
    def block_bytes(self) -> int:
        """What is in blocks."""
        return allocated_bytes(self._blocks())

    @property
    def samples(self) -> int:
        """How many samples of history are in blocks; one is the clock's."""
        told = (json.loads((each / "meta.json").read_text()) for each in self._blocks())
        return sum(int(each["stats"]["numSamples"]) for each in told) - 1

    @property
    def blocks(self) -> int:
        return len(self._blocks())

    def tell_time(self, ago_seconds: float) -> None:
        """Give it one current sample."""
        at_ms = round((time.time() - ago_seconds) * 1000)
        told = Gauge(otel_name="bench.clock", labels=(), samples=[(at_ms, 1.0)])
        send_to_store(f"{self.url}/api/v1/otlp/v1/metrics", gauges_request([told]))

    def compact(self, report: Report) -> None:
        """Have everything put into blocks, and wait until there is nothing left to merge."""
        self.tell_time(0)
        deadline = time.monotonic() + COMPACTION_SECONDS
        quiet_since, before = time.monotonic(), self._state()
        while time.monotonic() - quiet_since < QUIET_SECONDS or self._left():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Prometheus still compacts after {COMPACTION_SECONDS:.0f} s")
            time.sleep(0.5)
            report(f"{self.blocks} blocks, {len(self._left())} not whole yet")
            if (now_there := self._state()) != before:
                quiet_since, before = time.monotonic(), now_there

    def _blocks(self) -> list[Path]:
        return [each.parent for each in self.data.glob("*/meta.json") if ".tmp" not in str(each)]

    def _left(self) -> list[Path]:
        """Blocks that are being written, and late samples that are in none."""
        late = [each for each in self.data.glob("wbl/*") if each.stat().st_size]
        return [*self.data.glob("*.tmp*"), *late]

    def _state(self) -> tuple[object, ...]:
        lines = get(f"{self.url}/metrics").text.splitlines()
        told = [each for each in lines if each.startswith("prometheus_tsdb_compactions_total")]
        return (*told, *sorted(map(str, self._blocks())))


@contextmanager
def lone_prometheus(stack: TestStack, data: Path) -> Iterator[LonePrometheus]:
    """A Prometheus in place of the stack's, which does not run, until the block ends."""
    settings = stack.settings
    data.mkdir()
    rendered = stack.home / "config" / "prometheus" / "prometheus.yaml"
    told = yaml.safe_load(rendered.read_text(encoding="utf-8"))
    config = data.with_suffix(".yaml")
    config.write_text(yaml.safe_dump({name: told[name] for name in KEPT}), encoding="utf-8")
    placed = arguments("prometheus", settings, native_placement(settings, stack.home))
    given = (each for each in placed if not each.startswith(OWN))
    binary = NativeRuntime(settings=settings, home=stack.home).locate("prometheus")
    assert binary, "the stack has just run with it"  # noqa: S101 - tells mypy, and cannot be
    command = (
        binary.reference,
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        *given,
    )
    with data.with_suffix(".log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{settings.ports.prometheus_engine}"
            wait_until(lambda: is_ready(f"{url}/-/ready"), READY_SECONDS)
            alone = LonePrometheus(data=data, url=url)
            alone.tell_time(BEGIN_SECONDS)
            yield alone
        finally:
            process.kill()
            process.wait()
