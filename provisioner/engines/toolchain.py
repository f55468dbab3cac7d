"""Is there a Go toolchain that can build an engine, and what does it mean when it fails?"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.engines.catalogue import Engine
from provisioner.engines.progress import Progress
from provisioner.engines.target import Target, host_target
from provisioner.engines.watched import run_watched
from provisioner.errors import BuildFailed, EngineUnavailable, StackError

_FULL_BYTES = 1_000_000
_SWITCHING_SINCE = (1, 21)
_OTHERWISE = "or give Docker the engine's pinned image (`docker load`)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Obstacle:
    """Output that means: this machine cannot build, whatever the sources."""

    pattern: str
    reason: str
    advice: str


_OBSTACLES = (
    _Obstacle(
        pattern=r"requires go >= |toolchain not available",
        reason="the Go on PATH is too old",
        advice="install a newer Go and run the command again",
    ),
    _Obstacle(
        pattern=r": 40[134] [a-z]|: 410 gone|server response: ",
        reason="the Go module proxy does not serve a module",
        advice="set GOPROXY to a proxy that does and run the command again",
    ),
    _Obstacle(
        pattern=r"dial tcp|no such host|connection refused|network is unreachable|i/o timeout"
        r"|tls handshake|proxyconnect|module lookup disabled|x509:|: 50[234] [a-z]",
        reason="the Go module proxy cannot be reached",
        advice="check the network and GOPROXY and run the command again",
    ),
)

_TROUBLES = (
    (
        r"no space left on device|disk quota exceeded",
        "free some disk space (Go's own cache takes gigabytes) and run the command again",
    ),
    (
        r"signal: killed|cannot allocate memory|out of memory",
        "memory ran out, most likely: close programs or set GOFLAGS=-p=1, and run the command anew",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """The Go command, for the build of one engine in a scratch directory of its own."""

    executable: str
    engine: str
    scratch: Path
    progress: Progress
    target: Target = field(default_factory=host_target)

    def run(
        self, step: str, *arguments: str, directory: Path | None = None, packages: int | None = None
    ) -> str:
        """What the Go command prints on stdout; a failure is raised as a sentence about `step`."""
        self.progress.begin(step, packages)
        outcome = run_watched(
            (self.executable, *arguments),
            directory=directory or self.scratch,
            environment=_environment(self.target, self.scratch),
            logs=self.scratch,
            on_line=self.progress.line,
        )
        if outcome.code:
            raise failure(self.engine, step, [*outcome.last_lines(), *self._disk_is_full()])
        return outcome.stdout

    def _disk_is_full(self) -> list[str]:
        """What the Go command may have been unable to write into its log, which is on that disk."""
        free = shutil.disk_usage(self.scratch).free
        return [f"{self.scratch.parent}: no space left on device"] if free < _FULL_BYTES else []


def find_go(engine: Engine, go_version: str, scratch: Path, progress: Progress) -> Go:
    """A Go command that can build the engine; EngineUnavailable says why there is none."""
    executable = shutil.which("go")
    if executable is None:
        raise _without_go(engine.name, go_version, "there is no Go toolchain on PATH")
    go = Go(executable=executable, engine=engine.name, scratch=scratch, progress=progress)
    found = json.loads(go.run("looking at Go", "env", "-json", "GOVERSION", "GOTOOLCHAIN"))
    version = _parsed(found.get("GOVERSION", ""))
    if version < _parsed(go_version) and not _can_switch(version, found.get("GOTOOLCHAIN", "")):
        shown = ".".join(map(str, version))
        raise _without_go(engine.name, go_version, f"the Go on PATH is {shown} ({executable})")
    return go


def failure(engine: str, step: str, lines: Sequence[str]) -> StackError:
    """The error that the last lines of a failed step stand for."""
    text = "\n".join(lines)
    for obstacle in _OBSTACLES:
        if re.search(obstacle.pattern, text, re.IGNORECASE):
            return _unavailable(engine, step, obstacle, lines)
    for pattern, advice in _TROUBLES:
        if re.search(pattern, text, re.IGNORECASE):
            return BuildFailed(engine, step, lines, advice)
    return BuildFailed(
        engine,
        step,
        lines,
        "run the command again (what was compiled is kept); if it fails again, report these lines",
    )


def _unavailable(
    engine: str, step: str, obstacle: _Obstacle, lines: Sequence[str]
) -> EngineUnavailable:
    tried = [f"build: {step}: {obstacle.reason}", *(f"| {line}" for line in lines[-4:])]
    return EngineUnavailable(engine, tried, f"{obstacle.advice}, {_OTHERWISE}")


def _without_go(engine: str, go_version: str, reason: str) -> EngineUnavailable:
    return EngineUnavailable(
        engine, [f"build: {reason}"], f"install Go {go_version} or newer, {_OTHERWISE}"
    )


def _environment(target: Target, scratch: Path) -> dict[str, str]:
    """The person's own, so that their proxy counts, but nothing of theirs that is about a build."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOARCH": target.goarch,
        "GOOS": target.goos,
        "GOTMPDIR": str(scratch),
        "GOWORK": "off",
    }


def _parsed(version: str) -> tuple[int, ...]:
    """1.26.8 as numbers; a development version counts as newer than all."""
    numbers = re.match(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(number or 0) for number in numbers.groups()) if numbers else (999,)


def _can_switch(version: tuple[int, ...], setting: str) -> bool:
    """Does this Go fetch a newer one by itself when a module asks for it?"""
    return version >= _SWITCHING_SINCE and any(word in setting for word in ("auto", "path"))
