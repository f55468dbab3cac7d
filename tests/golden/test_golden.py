"""Do settings render, to the byte, to what was committed?"""

from __future__ import annotations

import pytest

from provisioner.files import read_tree
from provisioner.settings import Settings, load_settings
from tests.golden import CASES, FOLDER, rendered_now


@pytest.mark.parametrize("case", CASES)
def test_settings_render_to_the_committed_files(case: str) -> None:
    expected = read_tree(FOLDER / case / "rendered")
    found = rendered_now(case)
    assert list(found) == sorted(expected), "run `python -m tests.golden`"
    for path, text in found.items():
        assert text == expected[path], f"{path}: run `python -m tests.golden`"


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("default-")])
def test_default_cases_change_nothing_but_the_runtime(case: str) -> None:
    settings = load_settings(FOLDER / case, {})
    assert settings == Settings(runtime=settings.runtime)


def test_the_other_case_changes_everything_that_reaches_a_file() -> None:
    changed = load_settings(FOLDER / "everything-changed", {}).model_dump()
    defaults = Settings().model_dump()
    images = {"image", "digest"}  # never rendered, and neither are the few below
    same = {
        f"{section}.{name}" if isinstance(value, dict) else section
        for section, value in changed.items()
        for name in (value if isinstance(value, dict) else [""])
        if (value[name] == defaults[section][name] if name else value == defaults[section])
        and name not in images
    }
    assert same == {"data_dir", "gateway.memory_mb", "grafana.memory_mb"}
