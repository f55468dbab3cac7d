"""Is an engine already on this machine, and where?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from provisioner.engines.cache import binary_directory, cache_root
from provisioner.engines.catalogue import CollectorBuild, Engine
from provisioner.engines.target import Target, host_target
from provisioner.errors import EngineUnavailable

_VERSION = re.compile(r"(?:\bversion |\A)v?(\d[\w.+-]*)")
_ANSWER_SECONDS = 20
_PACKAGE_HOME = Path("/usr/share/grafana")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """The programs of one engine, and how they came here."""

    engine: str
    version: str
    paths: Mapping[str, Path]
    origin: Literal["cache", "path", "built"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaHome:
    """An unpacked or installed Grafana: its program and its `--homepath`."""

    home: Path
    binary: Path
    origin: Literal["GRAFANA_HOME", "package"]


def find(engine: Engine, target: Target, root: Path | None = None) -> Binaries | None:
    """The engine's binaries from the cache, else, for this machine, from PATH."""
    return find_cached(engine, target, root) or find_on_path(engine, target)


def find_cached(engine: Engine, target: Target, root: Path | None = None) -> Binaries | None:
    """Binaries that an earlier build left; always static, so fit for an image."""
    cached = in_cache(engine, target, root or cache_root())
    there = engine.recipe and all(_is_program(path) for path in cached.paths.values())
    return cached if there else None


def in_cache(engine: Engine, target: Target, root: Path) -> Binaries:
    """The engine's binaries at their place in the cache, there or not."""
    directory = binary_directory(engine, target, root)
    paths = {name: directory / target.file_name(name) for name in engine.binaries}
    return Binaries(engine=engine.name, version=engine.version, paths=paths, origin="cache")


def find_on_path(engine: Engine, target: Target) -> Binaries | None:
    """Binaries on PATH that are all of the pinned version by their own word."""
    if target != host_target():
        return None
    paths: dict[str, Path] = {}
    for name in engine.binaries:
        path = _first_that_fits(engine, engine.aliases.get(name, (name,)))
        if path is None:
            return None
        paths[name] = path
    return Binaries(engine=engine.name, version=engine.version, paths=paths, origin="path")


def find_grafana(
    home: Path | None, target: Target | None = None, package_home: Path = _PACKAGE_HOME
) -> GrafanaHome | None:
    """Grafana in GRAFANA_HOME (an error when it is not one), else as a package installed it."""
    target = target or host_target()
    if home is not None:
        return _grafana_in(home.expanduser(), target)
    if _missing(package_home):
        return None
    binary = _grafana_binary(package_home, target) or shutil.which("grafana")
    if binary is None:
        return None
    return GrafanaHome(home=package_home, binary=Path(binary), origin="package")


def version_of(program: Path, version_args: tuple[str, ...]) -> str | None:
    """The version that a program gives as its own; None when it gives none."""
    said = _VERSION.search(_answer(program, *version_args))
    return said.group(1) if said else None


def _first_that_fits(engine: Engine, names: tuple[str, ...]) -> Path | None:
    programs = (Path(found).absolute() for name in names if (found := shutil.which(name)))
    return next((path for path in programs if _fits(engine, path)), None)


def _fits(engine: Engine, program: Path) -> bool:
    return version_of(program, engine.version_args) == engine.version and _is_complete(
        engine, program
    )


def _is_complete(engine: Engine, program: Path) -> bool:
    """A collector of the right version may still lack components: there are several of them."""
    if not isinstance(engine.recipe, CollectorBuild):
        return True
    has = _answer(program, "components")
    wanted = (
        component.split()[0] for part in engine.recipe.sections.values() for component in part
    )
    return all(f"{module} " in has for module in wanted)


def _answer(program: Path, *arguments: str) -> str:
    try:
        said = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (said.stdout + said.stderr).decode(errors="replace")


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _grafana_in(home: Path, target: Target) -> GrafanaHome:
    binary = _grafana_binary(home, target)
    if binary and not _missing(home):
        return GrafanaHome(home=home, binary=binary, origin="GRAFANA_HOME")
    program = target.file_name("grafana")
    missing = (
        _missing(home)
        if binary
        else [f"bin/{program} (or bin/{target}/{program})", *_missing(home)]
    )
    raise EngineUnavailable(
        "grafana",
        [f"GRAFANA_HOME={home}: {part} is missing" for part in missing],
        "point GRAFANA_HOME at the directory of an unpacked Grafana, "
        "or unset it to run the stack without",
    )


def _grafana_binary(home: Path, target: Target) -> Path | None:
    program = target.file_name("grafana")
    candidates = (home / "bin" / program, home / "bin" / str(target) / program)
    return next((path for path in candidates if _is_program(path)), None)


def _missing(home: Path) -> list[str]:
    wanted = {
        "public/": (home / "public").is_dir(),
        "conf/defaults.ini": (home / "conf" / "defaults.ini").is_file(),
    }
    return [name for name, is_there in wanted.items() if not is_there]
