"""Under which runtime does a stack run? The one that was asked for, or used last, or can be had."""

from __future__ import annotations

from provisioner.applied import load_applied
from provisioner.errors import RuntimeUnavailable
from provisioner.runtime.compose import ComposeRuntime
from provisioner.runtime.docker_daemon import compose_command, connect, daemon_environment
from provisioner.runtime.model import Report, Runtime
from provisioner.runtime.native import NativeRuntime
from provisioner.settings import RuntimeName
from provisioner.workspace import Workspace


def open_runtime(workspace: Workspace, report: Report) -> Runtime:
    """The runtime that the settings ask for; `auto` stays with the one last used.

    Reports why `auto` does without Docker. Raises RuntimeUnavailable when it cannot be used here.
    """
    match workspace.settings.runtime:
        case "docker":
            return _docker(workspace)
        case "native":
            return _native(workspace)
    match load_applied(workspace.home).runtime:
        case "docker":
            return _docker(workspace)
        case "native":
            return _native(workspace)
    try:
        return _docker(workspace)
    except RuntimeUnavailable as error:
        report(f"engines run natively, because {error.reason}")
        return _native(workspace)


def other_runtime(workspace: Workspace, name: RuntimeName) -> Runtime | None:
    """The runtime that this stack was last run with, if that is not the one named."""
    last = load_applied(workspace.home).runtime
    if last in {"", name}:
        return None
    try:
        return _docker(workspace) if last == "docker" else _native(workspace)
    except RuntimeUnavailable:
        return None


def _docker(workspace: Workspace) -> Runtime:
    daemon = daemon_environment()
    return ComposeRuntime(
        settings=workspace.settings,
        root=workspace.root,
        client=connect(daemon),
        daemon=daemon,
        command=compose_command(),
    )


def _native(workspace: Workspace) -> Runtime:
    return NativeRuntime(settings=workspace.settings, home=workspace.home)
