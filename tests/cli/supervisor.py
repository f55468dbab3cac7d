"""Which stand-in answers for supervisord, where no engine runs?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import UnixStreamServer
from threading import Thread
from typing import Any
from xmlrpc.server import SimpleXMLRPCDispatcher, SimpleXMLRPCRequestHandler

from provisioner.runtime.supervisord import socket_path

ENGINES = ("collector", "loki", "prometheus")


class _Handler(SimpleXMLRPCRequestHandler):
    disable_nagle_algorithm = False  # a socket of this machine has none

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class _Server(UnixStreamServer, SimpleXMLRPCDispatcher):
    logRequests = False  # noqa: N815 - the name that the handler reads

    def __init__(self, path: Path) -> None:
        SimpleXMLRPCDispatcher.__init__(self, allow_none=False, encoding="utf-8")
        UnixStreamServer.__init__(self, str(path), _Handler)


def _processes() -> list[dict[str, Any]]:
    said = {"statename": "RUNNING", "description": "uptime 1:23:45", "pid": 0}
    return [{"name": engine, **said} for engine in ENGINES]


def _done(*_: object) -> bool:
    return True


@contextmanager
def supervising(home: Path) -> Iterator[None]:
    """A supervisord of this home, under which three engines seem to run."""
    home.mkdir(parents=True)
    with _Server(socket_path(home)) as server:
        server.register_function(_processes, "supervisor.getAllProcessInfo")
        for name in ("getState", "startProcess", "stopProcess"):
            server.register_function(_done, f"supervisor.{name}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.001})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
