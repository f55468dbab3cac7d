"""How do months of amounts get into Prometheus quickly? As blocks, which promtool makes of text.

Sent like a backfill, a hundred developers' ninety days would take hours. Blocks are as long
as those that a Prometheus with the stack's retention ends up with, so nothing is left to compact.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import click

from bench.crowd import copied_series
from provisioner.ledger import Ledger, Series

BLOCK_HOURS = 486
BLOCK_MS = BLOCK_HOURS * 3_600_000


class Blocks:
    """Amounts become blocks of a Prometheus, oldest first; complete when the block has ended."""

    def __init__(self, data: Path, promtool: str, copies: int) -> None:
        self._data = data
        self._promtool = promtool
        self._copies = copies
        self._open: dict[int, dict[Series, dict[int, float]]] = {}
        # Beside the data: blocks are moved there, which must not be a copy.
        self._folder = Path(tempfile.mkdtemp(dir=data.parent))
        self._making: subprocess.Popen[bytes] | None = None
        self.amounts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._making:
                self._making.kill()
                self._making.wait()
            shutil.rmtree(self._folder)

    def add(self, ledger: Ledger) -> None:
        """The amounts of a day that is not before the last one's."""
        newest = max((max(samples) for samples in ledger.values()), default=0) // BLOCK_MS
        for series, samples in ledger.items():
            for at_ms, value in samples.items():
                kept = self._open.setdefault(at_ms // BLOCK_MS, {}).setdefault(series, {})
                # What ends a day at midnight may have the next day's first amount beside it.
                kept[at_ms] = kept.get(at_ms, 0.0) + value
        self._make_before(newest)

    def _finish(self) -> None:
        self._make_before(max(self._open, default=0) + 1)
        self._put_in_place()

    def _make_before(self, end: int) -> None:
        for number in sorted(each for each in self._open if each < end):
            self._make(self._open.pop(number))

    def _make(self, amounts: Mapping[Series, Mapping[int, float]]) -> None:
        """Write a block's text, and let promtool work on it while more is invented."""
        following = self._folder / "following.txt"
        with following.open("w", encoding="utf-8") as file:
            for lines in self._lines(amounts):
                file.write(lines)
            file.write("# EOF\n")
        self._put_in_place()
        text = following.rename(self._folder / "amounts.txt")
        options = ("tsdb", "create-blocks-from", f"--max-block-duration={BLOCK_HOURS}h", "--quiet")
        self._making = subprocess.Popen(
            (self._promtool, *options, "openmetrics", text, self._folder / "blocks"),
            stdout=subprocess.DEVNULL,
        )

    def _lines(self, amounts: Mapping[Series, Mapping[int, float]]) -> Iterator[str]:
        for series, samples in amounts.items():
            told = [f"{value!r} {at_ms / 1000:.3f}\n" for at_ms, value in sorted(samples.items())]
            for copy in range(self._copies):
                start = _written(copied_series(series, copy))
                yield "".join([start + each for each in told])
            self.amounts += len(samples) * self._copies

    def _put_in_place(self) -> None:
        if self._making and self._making.wait():
            raise click.ClickException("promtool could not make a block of the amounts")
        self._making = None
        for block in (self._folder / "blocks").glob("*"):
            block.rename(self._data / block.name)


def _written(series: Series) -> str:
    """A series as OpenMetrics writes it; the blank that comes before a value is part of it."""
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels)
    return f"{series.name}{{{labels}}} "
