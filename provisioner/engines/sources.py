"""From which directory, packages and flags is an engine compiled? Recipes made real."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from provisioner.engines.catalogue import CollectorBuild, GoInstall, Recipe, Wrapper
from provisioner.engines.toolchain import Go

_FETCH = "fetching its source"
_RESOLVE = "resolving its modules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A directory with a go.mod, what to compile there, and the flags."""

    directory: Path
    packages: tuple[str, ...]
    flags: tuple[str, ...]


def prepare(recipe: Recipe, go: Go) -> Sources:
    """Fetch or write the module that an engine is compiled in."""
    match recipe:
        case GoInstall():
            return _prepare_install(recipe, go)
        case Wrapper():
            return _prepare_wrapper(recipe, go)
        case CollectorBuild():
            return _prepare_collector(recipe, go)


def wrapper_go_mod(recipe: Wrapper, upstream: Mapping[str, Any]) -> str:
    """A go.mod that requires the module and repeats its replace and exclude lines.

    Replacements by a folder of upstream's repository are left out: published modules have no such
    folder, and the version that is required resolves. `upstream` is what `go mod edit -json` says.
    """
    lines = ["module claude-otel/build", "", f"go {upstream['Go']}", ""]
    lines += [f"require {recipe.module} {recipe.version}", ""]
    lines += [
        f"replace {_spec(each['Old'])} => {_spec(each['New'])}"
        for each in upstream.get("Replace") or ()
        if each["New"].get("Version")
    ]
    lines += [f"exclude {_spec(each)}" for each in upstream.get("Exclude") or ()]
    return "\n".join(lines).rstrip("\n") + "\n"


def collector_manifest(recipe: CollectorBuild) -> str:
    """What the collector's builder reads."""
    manifest: dict[str, object] = {
        "dist": {
            "module": f"claude-otel/{recipe.name}",
            "name": recipe.name,
            "description": "OpenTelemetry Collector for claude-otel",
            "version": recipe.version,
            "output_path": "./collector",
        }
    }
    for section, components in recipe.sections.items():
        manifest[section] = [{"gomod": component} for component in components]
    return yaml.safe_dump(manifest, sort_keys=False)


def _prepare_install(recipe: GoInstall, go: Go) -> Sources:
    source = _downloaded(recipe.module, recipe.version, go)
    return Sources(
        directory=Path(source["Dir"]),
        packages=tuple(f"{recipe.module}/{package}" for package in recipe.packages),
        flags=(*_flags("readonly", recipe.ldflags), f"-tags={','.join(recipe.tags)}"),
    )


def _prepare_wrapper(recipe: Wrapper, go: Go) -> Sources:
    source = _downloaded(recipe.module, recipe.version, go)
    upstream = json.loads(go.run(_FETCH, "mod", "edit", "-json", source["GoMod"]))
    package = f"{recipe.module}/{recipe.package}"
    directory = go.scratch / "wrapper"
    directory.mkdir()
    (directory / "go.mod").write_text(wrapper_go_mod(recipe, upstream), encoding="utf-8")
    (directory / "tools.go").write_text(
        f'package tools\n\nimport _ "{package}"\n', encoding="utf-8"
    )
    go.run(_RESOLVE, "mod", "tidy", directory=directory)
    return Sources(directory=directory, packages=(package,), flags=_flags("mod", recipe.ldflags))


def _prepare_collector(recipe: CollectorBuild, go: Go) -> Sources:
    manifest = go.scratch / "manifest.yaml"
    manifest.write_text(collector_manifest(recipe), encoding="utf-8")
    options = ("--config", str(manifest), "--skip-compilation")
    go.run(_RESOLVE, "run", recipe.builder, *options)
    return Sources(
        directory=go.scratch / "collector",
        packages=(".",),
        flags=_flags("readonly", recipe.ldflags),
    )


def _downloaded(module: str, version: str, go: Go) -> Mapping[str, Any]:
    # Twice, because only without -json are its errors plain text on stderr.
    go.run(_FETCH, "mod", "download", f"{module}@{version}")
    found: Mapping[str, Any] = json.loads(
        go.run(_FETCH, "mod", "download", "-json", f"{module}@{version}")
    )
    return found


def _flags(mode: str, ldflags: str) -> tuple[str, ...]:
    return (f"-mod={mode}", "-trimpath", f"-ldflags={ldflags}")


def _spec(module: Mapping[str, str]) -> str:
    return f"{module['Path']} {module.get('Version', '')}".rstrip()
