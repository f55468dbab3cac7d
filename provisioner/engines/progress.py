"""What is a build doing right now, in a short sentence?"""

from __future__ import annotations

import time
from collections.abc import Callable

from provisioner.runtime.model import Report

_SECONDS_BETWEEN = 1.0
_DOWNLOAD = "go: downloading "


class Progress:
    """Turns what the Go command prints into sentences, one a second at most."""

    def __init__(
        self, engine: str, report: Report, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._report = report
        self._clock = clock
        self._started = self._said = clock()
        self._step = "starting"
        self._packages: int | None = None
        self._compiled = self._fetched = 0

    def begin(self, step: str, packages: int | None = None) -> None:
        """Say what is done now; with the number of packages when it is compiling them."""
        if step == self._step and packages == self._packages:
            return
        self._step = step
        self._packages = packages
        self._compiled = self._fetched = 0
        self._say()

    def line(self, line: str) -> None:
        """Count a line that the Go command printed; an empty one only moves the clock."""
        if line.startswith(_DOWNLOAD):
            self._fetched += 1
        elif line and not line.startswith("#") and " " not in line:
            self._compiled += 1
        if self._clock() - self._said >= _SECONDS_BETWEEN:
            self._say()

    def _say(self) -> None:
        self._said = self._clock()
        parts = [self._doing(), elapsed(self._said - self._started)]
        self._report(f"{self._engine}: {', '.join(parts)}")

    def _doing(self) -> str:
        if self._packages is None:
            return f"{self._step}, {self._fetched} fetched" if self._fetched else self._step
        if self._compiled >= self._packages:
            return "linking"
        return f"{self._step}, {self._compiled} of {self._packages} packages"


def elapsed(seconds: float) -> str:
    """Seconds as people write them: 45s, 2m10s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
