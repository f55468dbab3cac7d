"""Are the ports that the stack needs free, and if not, who holds them?"""

from __future__ import annotations

import socket
from collections.abc import Collection

import psutil

from provisioner.errors import PortHolder, PortsInUse
from provisioner.placement import LISTENERS, LOOPBACK
from provisioner.runtime.model import Runtime
from provisioner.settings import Settings, environment_names

UNSEEN = "a process that this user cannot see"


def require_free_ports(engines: Collection[str], settings: Settings, runtime: Runtime) -> None:
    """Raise PortsInUse when an engine that is about to start would not get its ports."""
    needed = (each for each in LISTENERS if each.engine in engines)
    opened = (each for each in needed if each.published or runtime.name == "native")
    taken = [each for each in opened if not _is_free(getattr(settings.ports, each.name))]
    ours = {engine: runtime.ports(engine) for engine in {each.engine for each in taken}}
    variables = {key: name for name, key in environment_names().items()}
    holders = [
        PortHolder(
            setting=each.name,
            variable=variables["ports", each.name],
            port=port,
            process=_holder(port),
        )
        for each in taken
        if (port := getattr(settings.ports, each.name)) not in ours[each.engine]
    ]
    if holders:
        raise PortsInUse(holders)


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
        return UNSEEN
    for connection in connections:
        is_listening = connection.status == psutil.CONN_LISTEN
        if is_listening and connection.laddr and connection.laddr.port == port:
            return _describe(connection.pid)
    return UNSEEN


def _describe(pid: int | None) -> str:
    try:
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else UNSEEN
    except psutil.Error:
        return f"process {pid}"
