"""How much of the disk do files take? What is allocated for them, be they full or not."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

BLOCK = 512
"""What `st_blocks` counts, whatever the file system."""


HEAD = ("wal", "wbl", "chunks_head")
"""Where a Prometheus keeps what is not in blocks."""


def head_bytes(data: Path) -> int:
    """What a Prometheus with its data in a folder has in its logs and its head."""
    return allocated_bytes(data / each for each in HEAD)


def allocated_bytes(paths: Iterable[Path]) -> int:
    """The disk that files and folders take, with all that is below them."""
    return sum(_allocated(each) for path in paths for each in _files(path))


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return [path]
    return (Path(folder, name) for folder, _, names in os.walk(path) for name in names)


def _allocated(path: Path) -> int:
    try:
        return path.stat().st_blocks * BLOCK
    except FileNotFoundError:
        # Taken away meanwhile: engines tidy up.
        return 0
