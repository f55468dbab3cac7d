"""Does each alert fire when it should, and only then? Prometheus' own test tool asks the rules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from provisioner import engines
from tests.stack.stacks import ROOT

CASES = sorted((ROOT / "tests" / "rules").glob("*.yaml"))


@pytest.fixture(scope="module")
def promtool() -> Path:
    """Prometheus' tool of the version that the stack runs, built if it is not here yet."""
    prometheus, target = engines.ENGINES["prometheus"], engines.host_target()
    found = engines.find(prometheus, target) or engines.build(prometheus, target, print)
    return found.paths["promtool"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_alerts_fire_and_are_silent_as_the_cases_say(promtool: Path, case: Path) -> None:
    done = subprocess.run(
        [promtool, "test", "rules", case], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
