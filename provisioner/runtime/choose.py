"""Under which runtime does a stack run? The one that was asked for, or used last, or can be had."""

from __future__ import annotations

from provisioner.applied import load_applied
from provisioner.errors import RuntimeUnavailable
from provisioner.runtime.compose import ComposeRuntime
from provisioner.runtime.docker_daemon import compose_command, connect, daemon_environment
from provisioner.runtime.model import Report, Runtime
from provisioner.runtime.native import NativeRuntime
from provisioner.settings import RuntimeName
from provisioner.whereabouts import (
    at_place,
    data_of,
    last_place,
    lost,
    noted_place,
    place_of,
    way_back,
)
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


def left_behind(workspace: Workspace, runtime: Runtime) -> str:
    """The history that a stack without any would start without, and the way to it; else empty.

    Another name, data directory or runtime than the last time leads to where nothing is; so do a
    disk that is not mounted, and another daemon.
    """
    if runtime.holdings():
        return ""
    last, here = last_place(workspace), place_of(workspace, runtime.name)
    if last is None or last == here:
        return lost(here) if noted_place(workspace) else ""
    there = at_place(workspace, last)
    try:
        other = _docker(there) if last.runtime == "docker" else _native(there)
        held = ", ".join(each.name for each in other.holdings())
    except RuntimeUnavailable as error:
        held = f"{data_of(last)}, which cannot be seen now ({error.reason})"
    return f"this stack would start empty: it is in {held}. {way_back(last, here)}" if held else ""


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
