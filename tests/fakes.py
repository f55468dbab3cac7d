"""Which stand-ins satisfy the project's own protocols? Plain classes; nothing is patched."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.errors import ArtifactRejected
from provisioner.placement import LISTENERS, Placement, docker_placement, native_placement
from provisioner.runtime.model import DataFile, Delivery, EngineState, Holding, Report, Source
from provisioner.settings import RuntimeName, Settings
from tests.ports import free_ports


def listener_ports() -> dict[str, int]:
    """A free port of the loopback for each listener."""
    return dict(zip((each.name for each in LISTENERS), free_ports(), strict=False))


def source(engine: str, identity: str = "1") -> Source:
    """Where an engine that does not exist comes from."""
    return Source(
        engine=engine, reference=f"/opt/{engine}", identity=identity, origin="made up", home="/opt"
    )


def running(*engines: str) -> dict[str, EngineState]:
    """States of engines that run."""
    return {name: EngineState(engine=name, is_running=True, detail="running") for name in engines}


@dataclass(slots=True, kw_only=True)
class FakeRuntime:
    """A runtime whose engines are only names; it keeps the order of what it was told.

    What runs holds the ports of `settings`.
    `rejects` is the engine whose validator says no; `interrupted_at` is the call in whose middle
    somebody presses ^C, once.
    """

    settings: Settings
    home: Path
    name: RuntimeName = "native"
    here: dict[str, Source] = field(
        default_factory=lambda: {
            name: source(name) for name in ("loki", "prometheus", "collector", "gateway")
        }
    )
    calls: list[str] = field(default_factory=list)
    engines: dict[str, EngineState] = field(default_factory=dict)
    delivered: Delivery | None = None
    kept: list[Holding] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    data: dict[str, dict[str, bytes]] = field(default_factory=dict)
    free: int | None = None
    rejects: str = ""
    interrupted_at: str = ""

    @property
    def placement(self) -> Placement:
        if self.name == "docker":
            return docker_placement()
        return native_placement(self.settings, self.home)

    def locate(self, engine: str) -> Source | None:
        return self.here.get(engine)

    def obtain(self, engine: str, report: Report) -> Source | None:
        report(f"looking for {engine}")
        return self.here.get(engine)

    def validate(self, engine: str, source: Source, files: Mapping[str, str]) -> None:
        del source
        if engine == self.rejects:
            raise ArtifactRejected(min(files), f"{engine} says: no")

    def states(self) -> Mapping[str, EngineState]:
        return dict(self.engines)

    def memory_bytes(self, engine: str) -> int | None:
        return 50_000_000 if engine in self.engines else None

    def ports(self, engine: str) -> frozenset[int]:
        listeners = (each for each in LISTENERS if each.engine == engine in self.engines)
        return frozenset(getattr(self.settings.ports, each.name) for each in listeners)

    def deliver(self, delivery: Delivery, sources: Mapping[str, Source]) -> None:
        del sources
        self.delivered = delivery
        self._called("deliver")

    def set_queues_aside(self, sources: Mapping[str, Source]) -> list[str]:
        del sources
        return self.corrupt

    def start(self, engines: Sequence[str], sources: Mapping[str, Source]) -> None:
        del sources
        self.engines |= running(*engines)
        self._called(f"start {' '.join(engines)}")

    def restart(self, engine: str) -> None:
        self._called(f"restart {engine}")

    def reload(self, engine: str) -> None:
        self._called(f"reload {engine}")

    def halt(self, engine: str) -> None:
        self._called(f"halt {engine}")

    def resume(self, engine: str) -> None:
        self._called(f"resume {engine}")

    def read_data(self, engine: str) -> Iterator[DataFile]:
        self._called(f"read {engine}")
        for path, content in self.data.get(engine, {}).items():
            yield DataFile(path=path, size=len(content), content=io.BytesIO(content))

    def write_data(
        self, engine: str, files: Iterable[DataFile], sources: Mapping[str, Source]
    ) -> None:
        del sources
        held = {each.path: each.content.read() for each in files if each.content}
        self.data[engine] = held
        self._called(f"write {engine}")

    def free_bytes(self) -> int | None:
        return self.free

    def remove(self, engine: str) -> None:
        del self.engines[engine]
        self._called(f"remove {engine}")

    def stop(self, report: Report) -> None:
        report("stopping")
        self.engines.clear()
        self._called("stop")

    def holdings(self) -> list[Holding]:
        return self.kept

    def delete(self) -> None:
        self._called("delete")

    def logs(self, engines: Sequence[str], *, follow: bool, lines: int) -> int:
        self._called(f"logs {' '.join(engines)} {follow} {lines}")
        return 0

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if call == self.interrupted_at:
            self.interrupted_at = ""
            raise KeyboardInterrupt
