"""Does the example for CI do what it says? Its own commands, with the real client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stack import scenarios
from tests.stack.client import client_environment, prepare_repository
from tests.stack.client_install import find_or_install_client
from tests.stack.messages_api import MessagesApi
from tests.stack.stacks import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "github-actions.yaml"


@pytest.fixture
def job(api: MessagesApi, tmp_path: Path) -> dict[str, str]:
    """The environment of a job in a runner that has both programs, as `Install` leaves it."""
    programs, home = tmp_path / "bin", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    (programs / "claude").symlink_to(find_or_install_client())
    command = programs / "claude-otel"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m provisioner "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    work = prepare_repository(tmp_path / "work")
    (work / ".claude-otel").symlink_to(ROOT)
    return client_environment(home, api, {}) | {
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "usage"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


def _steps() -> dict[str, str]:
    """The commands of the example by the names of their steps."""
    workflow: Mapping[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["ask"]["steps"]
    return {step["name"]: step["run"] for step in steps if "run" in step}


def _run(name: str, job: Mapping[str, str], work: Path) -> int:
    """Run a step as GitHub does."""
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", _steps()[name]]
    return subprocess.run(bash, cwd=work, env=job, check=False).returncode


def test_usage_is_shown_and_kept_and_the_limit_holds(
    api: MessagesApi, job: dict[str, str], tmp_path: Path
) -> None:
    scenario = scenarios.one_answer()
    api.register(*scenario.scripts)
    work = tmp_path / "work"
    job |= {"PROMPT": scenario.prompts[0].text, "MAX_COST_USD": "1.00"}
    assert [_run(name, job, work) for name in ("Ask", "Report")] == [0, 0]
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").splitlines() == [
        "| model | requests | input, cached or not | output | cost at list prices |",
        "|---|--:|--:|--:|--:|",
        "| claude-opus-5-5 | 1 | 7101 | 51 | $0.0139 |",
        "| **total** | 1 | 7101 | 51 | $0.0139 |",
    ]
    rows = (work / "usage.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["claude-opus-5-5", "1"]]
    within = "Stay within the limit"
    assert _run(within, job, work) == 0
    assert _run(within, job | {"MAX_COST_USD": "0.01"}, work) == 1
    unpriced = '{"unpriced_models": ["my-model"], "totals": {"cost_usd": null}}'
    (work / "usage.json").write_text(unpriced, encoding="utf-8")
    assert _run(within, job, work) == 1
