"""What should the stack be? Settings, templates and the engines that were found, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provisioner.applied import load_applied
from provisioner.files import read_tree
from provisioner.launch import arguments, garbage_percent, go_memory_limit
from provisioner.placement import LISTENERS
from provisioner.plan import Desired, Launch, Observed
from provisioner.render import Stack, render
from provisioner.runtime.model import Runtime, Source
from provisioner.settings import Settings
from provisioner.workspace import Workspace

OPTIONAL = "grafana"


def desire(workspace: Workspace, runtime: Runtime, sources: Mapping[str, Source | None]) -> Desired:
    """The stack as the settings want it, with Grafana only where there is one."""
    settings = workspace.settings
    wanted = {name: each for name, each in sources.items() if each or name != OPTIONAL}
    stack = Stack(settings=settings, placement=runtime.placement, with_grafana=OPTIONAL in wanted)
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
    )


def _launch(engine: str, source: Source | None, root: Path, stack: Stack) -> Launch:
    settings, at = stack.settings, stack.placement
    return Launch(
        source=source,
        arguments=arguments(engine, settings, at, source.home if source else ""),
        definition=_definition(engine, settings, root, at.runtime),
    )


def _definition(engine: str, settings: Settings, root: Path, runtime: str) -> str:
    """All else that makes an engine be replaced: its ports and limits, and Compose's own file."""
    names = [each.name for each in LISTENERS if each.engine == engine]
    ports = [f"{name}={getattr(settings.ports, name)}" for name in names]
    service = (root / "compose.yaml").read_text("utf-8") if runtime == "docker" else ""
    memory = f"GOGC={garbage_percent(engine)} GOMEMLIMIT={go_memory_limit(engine, settings)}"
    return "\n".join([*ports, memory, service])
