"""Writes the stories as they go today: `python -m tests.cli [part of a name]`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.player import FOLDER, STORIES, play


def rewrite(part: str) -> None:
    """Play the stories whose name has this part; read the difference before you commit it."""
    for name in (story for story in STORIES if part in story):
        with TemporaryDirectory() as folder:
            told = play(name, Path(folder))
        if told != (FOLDER / name).read_text(encoding="utf-8"):
            (FOLDER / name).write_text(told, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{name} has changed\n")


if __name__ == "__main__":
    rewrite(sys.argv[1] if len(sys.argv) > 1 else "")
