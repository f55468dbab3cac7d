"""Stand-in programs: a PATH of our own with small scripts on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.engines.catalogue import ENGINES, Engine

WriteProgram = Callable[[str, str], Path]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on PATH that may hold engines or Go."""
    directory = tmp_path / "programs"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    return directory


@pytest.fixture
def write_program(programs: Path) -> WriteProgram:
    def write(name: str, script: str) -> Path:
        program = programs / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return program

    return write


@pytest.fixture
def prometheus() -> Engine:
    return ENGINES["prometheus"]


@pytest.fixture
def loki() -> Engine:
    return ENGINES["loki"]


@pytest.fixture
def collector() -> Engine:
    return ENGINES["collector"]
