"""What has been added to a file since it was looked at last?

Files of a session only grow, but they may also not be there yet, be cut short or replaced, and
vanish. A last line without its end is still being written, and waits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 20
"""How much is read at once: a session of months should not fill the memory."""


class Tail:
    """A file that is followed by asking for its size; it is not kept open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._seen: tuple[int, int, int] | None = None

    def lines(self) -> Iterator[bytes]:
        """Complete lines since the last time, without their ends."""
        try:
            now = self.path.stat()
            seen: tuple[int, int, int] | None = (now.st_ino, now.st_size, now.st_mtime_ns)
            if seen == self._seen:
                return
            if self._is_another(now):
                self._offset = 0
            yield from self._read()
        except OSError:  # not there yet, or not there any more: what comes will be another
            self._offset, seen = 0, None
        self._seen = seen

    def _is_another(self, now: os.stat_result) -> bool:
        is_replaced = self._seen is not None and now.st_ino != self._seen[0]
        return is_replaced or now.st_size < self._offset

    def _read(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self._offset)
            unfinished = b""
            while piece := file.read(PIECE):
                *lines, unfinished = (unfinished + piece).split(b"\n")
                for line in lines:
                    self._offset += len(line) + 1
                    yield line
