"""How does a command that starts quickly say how far it is? Without loading what draws spinners."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provisioner.runtime.model import Report

QUIET_SECONDS = 5.0
"""Without a terminal, progress is told at most this often."""

_START_OF_LINE = "\r\x1b[K"


@contextmanager
def showing_progress() -> Iterator[Report]:
    """Takes lines for stderr: a text that begins with a number is how far something is.

    Progress is one line that changes, and goes away in the end; everything else stays.
    """
    is_terminal = sys.stderr.isatty()
    shown = _Shown(is_terminal=is_terminal, told_at=time.monotonic())
    try:
        yield shown
    finally:
        shown.take_away()


@dataclass(slots=True)
class _Shown:
    """What stands on stderr at the moment."""

    is_terminal: bool
    told_at: float
    is_there: bool = False

    def __call__(self, text: str) -> None:
        if not text[:1].isdigit():
            self.take_away()
            self._write(f"{text}\n")
        elif self.is_terminal:
            self._write(f"{_START_OF_LINE}{text}")
            self.is_there = True
        elif time.monotonic() - self.told_at >= QUIET_SECONDS:
            self.told_at = time.monotonic()
            self._write(f"{text}\n")

    def take_away(self) -> None:
        if self.is_there:
            self._write(_START_OF_LINE)
            self.is_there = False

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
