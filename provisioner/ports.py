"""Are the ports that the stack needs free, and if not, who holds them?"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator, Mapping

import psutil

from provisioner.applied import Applied
from provisioner.errors import PortHolder, PortsInUse
from provisioner.placement import LISTENERS, LOOPBACK, Listener
from provisioner.runtime.model import EngineState
from provisioner.settings import RuntimeName, Settings


def require_free_ports(
    engines: Collection[str],
    settings: Settings,
    runtime: RuntimeName,
    states: Mapping[str, EngineState],
    applied: Applied,
) -> None:
    """Raise PortsInUse when an engine that is about to start would not get its ports."""
    needed = (each for each in LISTENERS if each.engine in engines)
    opened = (each for each in needed if each.published or runtime == "native")
    asked = [each for each in opened if not _is_ours(each, settings, states, applied)]
    taken = list(_taken(asked, settings))
    if taken:
        raise PortsInUse(taken)


def _is_ours(
    listener: Listener, settings: Settings, states: Mapping[str, EngineState], applied: Applied
) -> bool:
    """Whether our own running engine holds the port already."""
    state = states.get(listener.engine)
    holds = applied.ports.get(listener.name) == getattr(settings.ports, listener.name)
    return state is not None and state.is_running and holds


def _taken(listeners: Collection[Listener], settings: Settings) -> Iterator[PortHolder]:
    for listener in listeners:
        port = getattr(settings.ports, listener.name)
        if not _is_free(port):
            yield PortHolder(setting=listener.name, port=port, process=_holder(port))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        # Connections of a stack that was stopped a moment ago must not look like a holder.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return "another process"
    for connection in connections:
        is_listening = connection.status == psutil.CONN_LISTEN
        if is_listening and connection.laddr and connection.laddr.port == port:
            return _describe(connection.pid)
    return "another process"


def _describe(pid: int | None) -> str:
    try:
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else "another process"
    except psutil.Error:
        return f"process {pid}"
