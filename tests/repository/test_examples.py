"""Can the examples be copied as they are?"""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.conftest import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "github-actions.yaml"


def _workflow() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return read


def test_actions_are_pinned_by_hash() -> None:
    used = [step["uses"] for step in _workflow()["jobs"]["ask"]["steps"] if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each)] == []


def test_the_job_may_read_and_no_more() -> None:
    assert _workflow()["permissions"] == {"contents": "read"}


def test_what_others_write_is_no_part_of_a_script() -> None:
    steps = _workflow()["jobs"]["ask"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
