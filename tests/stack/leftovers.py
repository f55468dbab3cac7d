"""What becomes of stacks when tests are broken off? They were noted, and are taken away at the end.

pytest-xdist gives its processes seconds to end after ^C, which is too short to stop a stack.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.stack.stacks import NOTES, environment_of

COMMANDS = (("demo", "--remove", "--yes"), ("clean", "--yes"))


def open_notes() -> None:
    """Done once, before any other process of ours is started."""
    os.environ[NOTES] = tempfile.mkdtemp(prefix="claude-otel-test-stacks-")


def close_notes(*, take_away: bool) -> None:
    """Forget which stacks there were, or take all of them away that still are there."""
    notes = Path(os.environ.pop(NOTES))
    roots = [link.resolve() for link in notes.iterdir()] if take_away else []
    for root in roots:
        for command in COMMANDS:
            line = [sys.executable, "-m", "provisioner", *command]
            subprocess.run(line, cwd=root, env=environment_of(root), check=False)
    shutil.rmtree(notes)
