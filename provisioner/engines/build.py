"""How is an engine built from its Go module, and put where the next command finds it?

A build is all or nothing: it happens in a scratch directory beside its destination, which it
reaches by one rename. One build of an engine runs at a time; others wait and use its result.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import filelock

from provisioner.engines.cache import binary_directory, cache_root, engine_directory
from provisioner.engines.catalogue import Engine, Recipe
from provisioner.engines.find import Binaries, find_cached, in_cache, version_of
from provisioner.engines.progress import Progress
from provisioner.engines.sources import Sources, prepare
from provisioner.engines.target import Target, host_target
from provisioner.engines.toolchain import Go, find_go
from provisioner.errors import BuildFailed, EngineUnavailable
from provisioner.runtime.model import Report

_SCRATCH_PREFIX = ".building-"
_TO_COMPILE = (
    '{{if and .Stale (ne .StaleReason "not installed but available in build cache")}}'
    "{{.ImportPath}}{{end}}"
)


def build(engine: Engine, target: Target, report: Report, root: Path | None = None) -> Binaries:
    """The engine's binaries, built unless an earlier build left them.

    Raises EngineUnavailable when this machine cannot build (no Go, too old, no module proxy) and
    BuildFailed when it could but did not; nothing half-made stays behind.
    """
    if engine.recipe is None:
        raise EngineUnavailable(
            engine.name,
            ["build: it cannot be built from Go modules"],
            "give Docker its pinned image, or set GRAFANA_HOME to an unpacked Grafana",
        )
    root = root or cache_root()
    progress = Progress(engine.name, report)
    try:
        with _alone(engine, root, progress):
            cached = find_cached(engine, target, root)
            return cached or _build(engine, engine.recipe, target, root, progress)
    except OSError as error:
        raise BuildFailed(
            engine.name,
            "writing to the cache",
            [str(error)],
            f"make room and let yourself write in {root}, or set CLAUDE_OTEL_CACHE to "
            "another directory",
        ) from error


@contextmanager
def _alone(engine: Engine, root: Path, progress: Progress) -> Iterator[None]:
    directory = engine_directory(engine, root)
    directory.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(directory / ".lock")
    _acquire(lock, progress)
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: filelock.BaseFileLock, progress: Progress) -> None:
    with suppress(filelock.Timeout):
        lock.acquire(timeout=0)
        return
    progress.begin("waiting for another build of it")
    while not lock.is_locked:
        with suppress(filelock.Timeout):
            lock.acquire(timeout=1)
        progress.line("")


def _build(
    engine: Engine, recipe: Recipe, target: Target, root: Path, progress: Progress
) -> Binaries:
    directory = engine_directory(engine, root)
    for leftover in directory.glob(f"{_SCRATCH_PREFIX}*"):  # of builds that were killed
        shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(
        prefix=_SCRATCH_PREFIX, dir=directory, ignore_cleanup_errors=True
    ) as name:
        go = find_go(engine, recipe.go, Path(name), progress)
        finished = _compile(prepare(recipe, go), replace(go, target=target))
        _check(engine, target, finished)
        _put(finished, binary_directory(engine, target, root))
    return replace(in_cache(engine, target, root), origin="built")


def _compile(sources: Sources, go: Go) -> Path:
    finished = go.scratch / "finished"
    finished.mkdir()
    packages = _packages_to_compile(sources, go)
    options = ("-v", *sources.flags, "-o", f"{finished}{os.sep}", *sources.packages)
    go.run("compiling", "build", *options, directory=sources.directory, packages=packages)
    return finished


def _packages_to_compile(sources: Sources, go: Go) -> int:
    """How many packages `go build` will name; those in Go's build cache it passes over."""
    options = ("-deps", "-f", _TO_COMPILE, *sources.flags, *sources.packages)
    return len(go.run("counting packages", "list", *options, directory=sources.directory).split())


def _check(engine: Engine, target: Target, finished: Path) -> None:
    """A binary that gives another version than its pin must not get into the cache."""
    for name in engine.binaries if target == host_target() else ():
        program = finished / target.file_name(name)
        version = version_of(program, engine.version_args)
        if version != engine.version:
            said = f"{name} says it is version {version}, not {engine.version}"
            raise BuildFailed(engine.name, "checking the binary", [said], "report this as a bug")


def _put(finished: Path, destination: Path) -> None:
    if destination.exists():  # and incomplete, or nothing would have been built
        shutil.rmtree(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    finished.replace(destination)
