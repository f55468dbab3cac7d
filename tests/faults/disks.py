"""How does an engine get a disk of its own that can be filled? A tmpfs, or an honest failure."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK = b"\0" * 4096
BALLAST = "ballast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A small disk that is mounted at a folder."""

    folder: Path

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, but_bytes: int = 0) -> None:
        """Leave no more than this; what grows beyond it gets an error."""
        with (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            try:
                while self.free_bytes > but_bytes:
                    ballast.write(CHUNK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        """Give the space back."""
        (self.folder / BALLAST).unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk at the folder until the block ends; fails where this machine lets nobody mount."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=700"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "claude-otel-faults", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"not tried, because nothing can be mounted here: {done.stderr}"
    try:
        yield Disk(folder=folder)
    finally:
        # Lazily: an engine that was left over must not keep the mount.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
