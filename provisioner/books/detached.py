"""Who looks after a session whose client ends? A process of its own, which waits for its last word.

The client's SessionEnd hook runs this file as a program and waits for it, so nothing is imported
that takes time: it hands what the client says of the session on, and is gone.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

PACKAGE_PARENT = str(Path(__file__).parents[2])


def main(root: str, seconds: str) -> None:
    """Read what the client says; a child waits so long, and then runs `claude-otel hook run`."""
    told = sys.stdin.buffer.read()
    if os.fork():
        return
    os.setsid()
    reading, writing = os.pipe()
    os.write(writing, told[: 1 << 15])
    os.close(writing)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for ours, theirs in ((reading, 0), (nowhere, 1), (nowhere, 2)):
        os.dup2(ours, theirs)
    time.sleep(float(seconds))
    path = os.pathsep.join(filter(None, (PACKAGE_PARENT, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "provisioner", "hook", "run", "--grace", seconds]
    os.chdir("/")
    own = {"PYTHONPATH": path, "CLAUDE_OTEL_ROOT": root}
    os.execve(sys.executable, command, {**os.environ, **own})  # noqa: S606 - no shell is needed


if __name__ == "__main__":
    main(*sys.argv[1:])
