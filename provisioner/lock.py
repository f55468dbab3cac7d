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
    workspace.home.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(workspace.home / "lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise Refused(
            f"another claude-otel is changing the stack {workspace.settings.project}\n"
            "  next: wait for it to end, then repeat"
        ) from error
    try:
        yield
    finally:
        lock.release()
