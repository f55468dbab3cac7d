"""How are files written so that a reader never sees half of one?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Container
from pathlib import Path


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file in one step; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_tree(root: Path) -> dict[str, str]:
    """Every file below a folder: relative path → text; empty when there is no folder."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): read_text(path) for path in files}


def read_text(path: Path) -> str:
    """A file's text; what is no UTF-8 in it is replaced, so that it differs from what we write."""
    return path.read_text(encoding="utf-8", errors="replace")


def remove_stale(root: Path, wanted: Container[str]) -> None:
    """Remove the files below a folder that are not wanted."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.relative_to(root).as_posix() not in wanted:
            path.unlink()
