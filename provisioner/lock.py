"""How is a stack kept from being changed twice at once?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from provisioner.errors import Refused
from provisioner.workspace import Workspace


@contextmanager
def changing(workspace: Workspace) -> Iterator[None]:
    """Hold the stack while it is changed; raises Refused when another command holds it."""
    with _holding(workspace, "lock", "changing", wait_seconds=0):
        yield


@contextmanager
def filling(workspace: Workspace, wait_seconds: float) -> Iterator[None]:
    """Hold the stack's history while it is read or written; raises Refused when that takes long."""
    with _holding(workspace, "books.lock", "comparing or filling", wait_seconds=wait_seconds):
        yield


@contextmanager
def _holding(workspace: Workspace, name: str, doing: str, *, wait_seconds: float) -> Iterator[None]:
    workspace.home.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(workspace.home / name, timeout=wait_seconds)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise Refused(
            f"another claude-otel is {doing} the stack {workspace.settings.project}\n"
            "  next: wait for it to end, then repeat"
        ) from error
    try:
        yield
    finally:
        lock.release()
