"""Is the account counted, and kept for the status line?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioner.live.now import now_path, read_now
from provisioner.live.recount import recount
from tests.conftest import ROOT
from tests.unit.transcripts.lines import UNPRICED, answer, write_session


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A person whose session was asked something this moment."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CLAUDE_OTEL_USAGE_DIR", str(tmp_path / "index"))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    line = answer(when=when, tokens=1_000_000, model="claude-opus-4-7")
    write_session(tmp_path / ".claude" / "projects", line)
    return dict(os.environ)


def test_today_and_the_block_are_counted_and_kept(environ: dict[str, str], tmp_path: Path) -> None:
    counted = recount(environ, tmp_path)
    assert (counted.today_usd, counted.block_usd) == (5.0, 5.0)
    assert counted.block_end > counted.at
    assert read_now(now_path()) == counted


def test_without_a_price_nothing_is_told_of_cost(environ: dict[str, str], tmp_path: Path) -> None:
    projects = tmp_path / ".claude" / "projects"
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    write_session(projects, answer(when=when, model=UNPRICED))
    counted = recount(environ, tmp_path)
    assert (counted.today_usd, counted.block_usd) == (None, None)


def test_nobodys_use_is_nothing_and_no_block(environ: dict[str, str], tmp_path: Path) -> None:
    counted = recount(environ, tmp_path / "nobody")
    assert (counted.today_usd, counted.block_usd, counted.block_end) == (0.0, None, 0.0)


def test_it_is_a_program(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "provisioner.live.recount"]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    now = read_now(now_path())
    assert now is not None
    assert now.today_usd == 5.0
