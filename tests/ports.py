"""Which ports may a test take? Free ones that neither the system nor another test gives away."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from itertools import chain
from random import SystemRandom

PORTS = range(11_000, 21_000)
"""Below those that a system gives to outgoing connections: none may take one between two starts."""


def free_ports(*distances: int) -> Iterator[int]:
    """Free ports from some place on; so are those that far above each of them."""
    own = _own_ports()
    # Not of the generator that pytest-randomly gives each test anew: tests run beside others.
    start = SystemRandom().randrange(len(own))
    for port in chain(own[start:], own[:start]):
        if all(_is_free(port + distance) for distance in (0, *distances)):
            yield port


def _own_ports() -> range:
    """Those of this process: tests in others, run beside it (pytest-xdist), have the rest."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return PORTS[number :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
