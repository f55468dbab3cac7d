"""How fast and how true are usage reports, beside those of ccusage on the same files?

Invents transcripts, asks both for the usage by day, in turn, and prints what each took and how its
totals differ from what was really spent.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import click
import psutil
from rich.console import Console
from rich.table import Table

from bench.processes import pss_bytes
from bench.transcripts import Truth, write_transcripts

SAMPLE_SECONDS = 0.005
OURS = (sys.executable, "-m", "provisioner", "usage", "daily", "--json")
THEIRS = ("claude", "daily", "--json", "--offline")

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}
_MACHINES = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}

Totals = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A program that reports usage: its command, what it is to forget, how it names totals."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    forget: Callable[[], None]
    names: Mapping[str, str]

    def seconds(self) -> float:
        """How long one report takes."""
        self.forget()
        started = time.perf_counter()
        self._run()
        return time.perf_counter() - started

    def totals(self) -> Totals:
        """What it counted."""
        said = json.loads(self._run())["totals"]
        return {ours: int(said[theirs]) for ours, theirs in self.names.items()}

    def peak_megabytes(self) -> float:
        """The most memory that it and its children held at once, each shared page once."""
        self.forget()
        process = subprocess.Popen(self.command, env=self.environ, stdout=subprocess.DEVNULL)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _pss_megabytes(process.pid))
            time.sleep(SAMPLE_SECONDS)
        return peak

    def _run(self) -> bytes:
        done = subprocess.run(self.command, env=self.environ, capture_output=True, check=False)
        if done.returncode:
            raise click.ClickException(f"{self.name} failed: {done.stderr.decode()[-2000:]}")
        return done.stdout


@click.command()
@click.option("--ccusage", type=click.Path(exists=True), help="Its binary; else npm fetches it.")
@click.option("--megabytes", default=500, show_default=True, help="How much there is to read.")
@click.option("--repeat", default=5, show_default=True, help="How often each is asked.")
@click.option("--seed", default=1, show_default=True, help="What is invented.")
def main(ccusage: str | None, megabytes: int, repeat: int, seed: int) -> None:
    """Invent transcripts, and hold both reports against the clock and the truth."""
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        binary = ccusage or _fetched(home / "npm")
        truth = write_transcripts(home / "data" / "projects", seed=seed, megabytes=megabytes)
        console.print(f"{megabytes} MB, {truth.lines} lines, {truth.answer_lines} of answers,")
        console.print(f"{truth.responses} responses in {truth.sessions} sessions")
        reporters = _reporters(home, binary)
        times = _times(reporters, repeat)
        peaks = {each.name: each.peak_megabytes() for each in reporters}
        console.print(_speed(times, peaks))
        console.print(_truth(truth, {each.name: each.totals() for each in reporters}))


def _reporters(home: Path, binary: str) -> list[Reporter]:
    index = home / "index"
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TZ": "UTC",
        "CLAUDE_CONFIG_DIR": str(home / "data"),
        "CLAUDE_OTEL_USAGE_DIR": str(index),
    }
    counters = ("input", "output", "cache_read", "cache_write")
    ours = {each: f"{each}_tokens" for each in counters}
    theirs = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheCreationTokens")

    def forget(pattern: str) -> None:
        for each in index.glob(pattern):
            each.unlink()

    def own(name: str, pattern: str) -> Reporter:
        return Reporter(
            name=name,
            command=OURS,
            environ=environ,
            forget=partial(forget, pattern),
            names=ours,
        )

    return [
        own("for the first time", "*"),
        own("cold: without an index", "transcripts-*"),
        own("warm", "nothing"),
        Reporter(
            name="ccusage",
            command=(binary, *THEIRS),
            environ=environ,
            forget=lambda: None,
            names=dict(zip(counters, theirs, strict=True)),
        ),
    ]


def _times(reporters: Sequence[Reporter], repeat: int) -> dict[str, list[float]]:
    """Each in turn, so that what disturbs the machine disturbs all."""
    times: dict[str, list[float]] = {each.name: [] for each in reporters}
    for _ in range(repeat):
        for each in reporters:
            times[each.name].append(each.seconds())
    return times


def _speed(times: Mapping[str, list[float]], peaks: Mapping[str, float]) -> Table:
    table = Table("", "median s", "fastest s", "times ccusage", "peak PSS, MB")
    theirs = median(times["ccusage"])
    for name, each in times.items():
        took = median(each)
        cells = (f"{took:.2f}", f"{min(each):.2f}", f"{took / theirs:.2f}", f"{peaks[name]:.0f}")
        table.add_row(name, *cells)
    return table


def _truth(truth: Truth, told: Mapping[str, Totals]) -> Table:
    table = Table("tokens", "really spent", *(f"{name}: too many" for name in told))
    spent = {**truth.tokens, "cache_write": truth.tokens["write_5m"] + truth.tokens["write_1h"]}
    for counter in next(iter(told.values())):
        real = spent[counter]
        table.add_row(
            counter, f"{real:,}", *(f"{each[counter] - real:+,}" for each in told.values())
        )
    return table


def _pss_megabytes(pid: int) -> float:
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(map(pss_bytes, family)) / 1e6


def _fetched(folder: Path) -> str:
    """The newest native binary that npm has for this machine."""
    kind = f"{_SYSTEMS[platform.system()]}-{_MACHINES[platform.machine()]}"
    package = f"@ccusage/ccusage-{kind}"
    folder.mkdir()
    subprocess.run(["npm", "install", "--prefix", folder, package], check=True, stdout=sys.stderr)
    binary = folder / "node_modules" / package / "bin" / "ccusage"
    binary.chmod(0o755)
    return str(binary)


if __name__ == "__main__":
    main()
