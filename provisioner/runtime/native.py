"""How do engines run as processes of this machine?"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from provisioner import engines
from provisioner.files import remove_stale, write_atomically
from provisioner.launch import arguments, garbage_percent, go_memory_limit, stop_signal
from provisioner.placement import ENGINES, STORING, Placement, engine_of, native_placement
from provisioner.queue_file import set_aside
from provisioner.runtime.checks import CHECKS, reject
from provisioner.runtime.model import DataFile, Delivery, EngineState, Holding, Report, Source
from provisioner.runtime.native_data import free_bytes, read_files, write_files
from provisioner.runtime.orphans import Orphan, find_orphans, stop_orphan
from provisioner.runtime.supervisord import (
    Program,
    Supervisord,
    bare_environment,
    supervisord_config,
)
from provisioner.settings import RuntimeName, Settings

FOLDERS = ("config", "data", "log")
"""What this runtime keeps below its home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeRuntime:
    """Engines as processes under a supervisord of their own; all they keep is below `home`."""

    settings: Settings
    home: Path

    @property
    def name(self) -> RuntimeName:
        return "native"

    @property
    def placement(self) -> Placement:
        return native_placement(self.settings, self.home)

    @property
    def _supervisord(self) -> Supervisord:
        return Supervisord(home=self.home)

    def locate(self, engine: str) -> Source | None:
        if engine == "grafana":
            return self._grafana()
        found = engines.find(engines.ENGINES[engine], engines.host_target())
        return _source(engine, found) if found else None

    def obtain(self, engine: str, report: Report) -> Source | None:
        if (found := self.locate(engine)) or engine == "grafana":
            return found
        known = engines.ENGINES[engine]
        return _source(engine, engines.build(known, engines.host_target(), report))

    def validate(self, engine: str, source: Source, files: Mapping[str, str]) -> None:
        if engine not in CHECKS:
            return
        check = CHECKS[engine]
        binary = Path(source.reference)
        program = binary.with_name("promtool") if check.program == "promtool" else binary
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                (Path(folder) / Path(path).name).write_text(text, encoding="utf-8")
            command = [str(program), *check.command(f"{folder}/{Path(check.file).name}")]
            environment = bare_environment()  # as it will run
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        if done.returncode != 0:
            raise reject(engine, done.stdout + done.stderr)

    def states(self) -> Mapping[str, EngineState]:
        found = [_state(each) for each in self._supervisord.processes()]
        # Last: an orphan holds the ports and the data of one that is supervised in vain.
        found += [_orphan_state(each) for each in find_orphans(self.home) if each.name in ENGINES]
        return {state.engine: state for state in found}

    def memory_bytes(self, engine: str) -> int | None:
        process = self._process(engine)
        return _resident_bytes(process) if process else None

    def ports(self, engine: str) -> frozenset[int]:
        process = self._process(engine)
        return _listening(process) if process else frozenset()

    def deliver(self, delivery: Delivery, sources: Mapping[str, Source]) -> None:  # noqa: ARG002 - containers need their images
        for engine in STORING:
            (self.home / "data" / engine).mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        wanted = {path: text for path, text in delivery.artifacts.items() if engine_of(path)}
        for path, text in wanted.items():
            write_atomically(self.home / "config" / path, text)
        remove_stale(self.home / "config", wanted)
        for path, text in delivery.secrets.items():
            write_atomically(Path(path), text, mode=0o600)

    def set_queues_aside(self, sources: Mapping[str, Source]) -> list[str]:  # noqa: ARG002 - containers need their images
        if self._process("collector"):
            return []
        return [str(path) for path in set_aside(self.home / "data" / "collector")]

    def start(self, engines: Sequence[str], sources: Mapping[str, Source]) -> None:
        # What is not asked for yet must not start along with the first: it would start twice.
        known = (sources.keys() & self.states().keys()) | {*engines}
        programs = [self._program(sources[engine]) for engine in ENGINES if engine in known]
        supervisord = self._supervisord
        self._stop_orphans(lambda _: None)
        write_atomically(supervisord.config_path, supervisord_config(self.home, programs))
        if not supervisord.is_running():
            supervisord.launch()
            return
        started = supervisord.update()
        for engine in engines:
            if engine not in started:
                # The same command line, but another binary behind it, or not running.
                self.restart(engine)

    def restart(self, engine: str) -> None:
        self._supervisord.stop(engine)
        self._supervisord.start(engine)

    def reload(self, engine: str) -> None:
        self._supervisord.signal(engine, "HUP")

    def halt(self, engine: str) -> None:
        self._supervisord.stop(engine)

    def resume(self, engine: str) -> None:
        self._supervisord.finish_stop(engine)
        self._supervisord.start(engine)

    def read_data(self, engine: str) -> Iterator[DataFile]:
        return read_files(Path(self.placement.data[engine]))

    def write_data(
        self,
        engine: str,
        files: Iterable[DataFile],
        sources: Mapping[str, Source],  # noqa: ARG002 - containers need their images
    ) -> None:
        write_files(Path(self.placement.data[engine]), files)

    def free_bytes(self) -> int | None:
        return free_bytes(self.home)

    def remove(self, engine: str) -> None:
        for orphan in find_orphans(self.home):
            if orphan.name == engine:
                stop_orphan(orphan, lambda _: None)
        if any(each["name"] == engine for each in self._supervisord.processes()):
            self._supervisord.remove(engine)

    def stop(self, report: Report) -> None:
        self._stop_orphans(report)
        running = self.states()
        # The door closes first, so that nothing is in flight when the stores flush.
        for engine in reversed(ENGINES):
            if engine in running:
                report(f"stopping {engine}")
                self._supervisord.stop(engine)
        if self._supervisord.is_running():
            self._supervisord.shutdown()

    def holdings(self) -> list[Holding]:
        found = (self.home / folder for folder in FOLDERS)
        return [Holding(kind="directory", name=str(path)) for path in found if path.exists()]

    def delete(self) -> None:
        for folder in FOLDERS:
            shutil.rmtree(self.home / folder, ignore_errors=True)
        self._supervisord.config_path.unlink(missing_ok=True)

    def logs(self, engines: Sequence[str], *, follow: bool, lines: int) -> int:
        names = engines or [engine for engine in ENGINES if engine in self.states()]
        files = [str(self.home / "log" / f"{name}.log") for name in names]
        command = ["tail", "-n", str(lines), *(["-F"] if follow else []), *files]
        return subprocess.run(command, check=False).returncode

    def _process(self, engine: str) -> psutil.Process | None:
        """The process of a running engine, supervised or not."""
        known = {each["name"]: each["pid"] for each in self._supervisord.processes()}
        if not known.get(engine):
            orphans = find_orphans(self.home)
            return next((each.process for each in orphans if each.name == engine), None)
        try:
            return psutil.Process(known[engine])
        except psutil.NoSuchProcess:
            return None

    def _stop_orphans(self, report: Report) -> None:
        for orphan in find_orphans(self.home):
            stop_orphan(orphan, report)

    def _grafana(self) -> Source | None:
        found = engines.find_grafana(self.settings.grafana.home)
        if found is None:
            return None
        binary, home = found.binary, str(found.home)
        identity = _identity(binary)
        return Source(
            engine="grafana",
            reference=str(binary),
            identity=identity,
            origin=f"installed in {home}",
            home=home,
            version=_grafana_version(found.home),
        )

    def _program(self, source: Source) -> Program:
        line = arguments(source.engine, self.settings, self.placement, source.home)
        return Program(
            name=source.engine,
            command=(source.reference, *line),
            environment={
                "GOGC": str(garbage_percent(source.engine)),
                "GOMEMLIMIT": go_memory_limit(source.engine, self.settings),
            },
            priority=ENGINES.index(source.engine),
            stop_signal=stop_signal(source.engine),
        )


_ORIGINS = {"cache": "built earlier", "path": "found on PATH", "built": "built now"}


def _source(engine: str, binaries: engines.Binaries) -> Source:
    main = binaries.paths[engines.ENGINES[engine].binaries[0]]
    return Source(
        engine=engine,
        reference=str(main),
        identity=_identity(main),
        origin=f"version {binaries.version}, {_ORIGINS[binaries.origin]}",
        version=binaries.version,
    )


def _grafana_version(home: Path) -> str:
    """What its archive says; a package of a distribution has no such file."""
    told = home / "VERSION"
    return told.read_text(encoding="utf-8").strip() if told.is_file() else ""


def _identity(binary: Path) -> str:
    status = binary.stat()
    return f"{binary}:{status.st_size}:{status.st_mtime_ns}"


def _state(process: Mapping[str, object]) -> EngineState:
    is_running = process["statename"] in {"RUNNING", "STARTING"}
    return EngineState(
        engine=str(process["name"]),
        is_running=is_running,
        detail=f"{process['statename']}: {process['description']}".lower(),
    )


def _orphan_state(orphan: Orphan) -> EngineState:
    detail = f"without its supervisor (process {orphan.process.pid}): `make up` takes over"
    return EngineState(engine=orphan.name, is_running=True, detail=detail, is_orphan=True)


def _listening(process: psutil.Process) -> frozenset[int]:
    """The ports on which a process, or one that it started, listens."""
    try:
        family = [process, *process.children(recursive=True)]
        found = [each for member in family for each in member.net_connections(kind="tcp")]
    except psutil.Error:
        return frozenset()
    return frozenset(each.laddr.port for each in found if each.status == psutil.CONN_LISTEN)


def _resident_bytes(process: psutil.Process) -> int | None:
    """What the process holds, without pages of files: those can be given back at once."""
    try:
        memory = process.memory_info()
    except psutil.Error:
        return None
    return int(memory.rss - getattr(memory, "shared", 0))
