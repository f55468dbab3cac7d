"""What should the stack be? Settings, templates and the engines that were found, put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from provisioner.applied import load_applied
from provisioner.errors import ArtifactRejected
from provisioner.files import read_tree
from provisioner.keys import fingerprint
from provisioner.launch import arguments, garbage_percent, go_memory_limit
from provisioner.placement import ENGINES, KEYED, LISTENERS
from provisioner.plan import Desired, Launch, Observed
from provisioner.render import Stack, render
from provisioner.runtime.choose import left_behind
from provisioner.runtime.model import Runtime, Source
from provisioner.workspace import Workspace

OPTIONAL = "grafana"
COMPOSE_FILE = "compose.yaml"


def engines_here(runtime: Runtime) -> dict[str, Source | None]:
    """Every engine as it is already here; nothing is pulled or built."""
    return {engine: runtime.locate(engine) for engine in ENGINES}


def desire(workspace: Workspace, runtime: Runtime, sources: Mapping[str, Source | None]) -> Desired:
    """The stack as the settings want it, with Grafana only where there is one."""
    settings = workspace.settings
    wanted = {name: each for name, each in sources.items() if each or name != OPTIONAL}
    stack = Stack(
        settings=settings,
        placement=runtime.placement,
        with_grafana=OPTIONAL in wanted,
        home=workspace.home,
    )
    return Desired(
        artifacts=render(stack, workspace.root),
        launches={
            name: _launch(name, source, workspace.root, stack) for name, source in wanted.items()
        },
        retention_days={
            "loki": settings.loki.retention_days,
            "prometheus": settings.prometheus.retention_days,
        },
    )


def observe(workspace: Workspace, runtime: Runtime) -> Observed:
    """What is there now: reads disk and runtime once."""
    return Observed(
        files=read_tree(workspace.build),
        states=runtime.states(),
        applied=load_applied(workspace.home),
        left_behind=left_behind(workspace, runtime),
    )


def _launch(engine: str, source: Source | None, root: Path, stack: Stack) -> Launch:
    settings, at = stack.settings, stack.placement
    return Launch(
        source=source,
        arguments=arguments(engine, settings, at, source.home if source else ""),
        definition=_definition(engine, stack, root),
    )


def _definition(engine: str, stack: Stack, root: Path) -> str:
    """All else that makes an engine be replaced: its ports, limits, keys, part of compose.yaml."""
    settings, runtime = stack.settings, stack.placement.runtime
    names = [each.name for each in LISTENERS if each.engine == engine]
    ports = [f"{name}={getattr(settings.ports, name)}" for name in names]
    service = _service(engine, root) if runtime == "docker" else ""
    memory = f"GOGC={garbage_percent(engine)} GOMEMLIMIT={go_memory_limit(engine, settings)}"
    key = fingerprint(stack.home) if engine in KEYED else ""
    return "\n".join([*ports, memory, key, service])


def _service(engine: str, root: Path) -> str:
    """What compose.yaml says of one engine, and of the volumes that it mounts."""
    compose = _compose_file(root)
    service = compose["services"].get(engine) or {}
    mounts = [str(mount).partition(":")[0] for mount in service.get("volumes") or []]
    declared = (compose.get("volumes") or {}).items()
    volumes = {name: each for name, each in declared if name in mounts}
    shared = {name: each for name, each in compose.items() if name not in {"services", "volumes"}}
    return json.dumps([service, volumes, shared], sort_keys=True)


def _compose_file(root: Path) -> dict[str, Any]:
    try:
        compose = yaml.safe_load((root / COMPOSE_FILE).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ArtifactRejected(COMPOSE_FILE, " ".join(str(error).split())) from error
    if not isinstance(compose, dict) or not isinstance(compose.get("services"), dict):
        raise ArtifactRejected(COMPOSE_FILE, "expected a mapping with services")
    return compose
