"""Does the built package answer alone: without a checkout, a stack or an engine?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.unit.transcripts.lines import answer, write_session

BUILD = "import setuptools.build_meta as built; built.build_wheel('wheels')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `pip install` would make of this tree, built beside it."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "provisioner", source / "provisioner", ignore=hidden)
    subprocess.run([sys.executable, "-c", BUILD], cwd=source, check=True, capture_output=True)
    (built,) = (source / "wheels").glob("claude_otel-*.whl")
    return built


def test_usage_needs_nothing_but_the_package_and_the_transcripts(
    wheel: Path, tmp_path: Path
) -> None:
    write_session(tmp_path / "claude" / "projects", answer(output=159))
    installed = tmp_path / "installed"
    shutil.unpack_archive(wheel, installed, "zip")
    program = "import provisioner.cli as cli; print(cli.__file__); cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "usage", "--json"],
        cwd=tmp_path,
        env={
            "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
            "HOME": str(tmp_path),
            "PATH": os.devnull,
            "PYTHONPATH": str(installed),
            "TZ": "UTC",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    where, _, printed = done.stdout.partition("\n")
    assert Path(where).is_relative_to(installed)
    totals = json.loads(printed)["totals"]
    assert (totals["requests"], totals["output_tokens"]) == (1, 159)
