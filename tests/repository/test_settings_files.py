"""Do the example files list every setting, as it is by default?"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from provisioner.settings import Settings, environment_names, load_settings
from tests.conftest import ROOT

DOTENV = (ROOT / ".env.example").read_text(encoding="utf-8")
YAML = (ROOT / "stack.example.yaml").read_text(encoding="utf-8")
VARIABLE = re.compile(r"^# ([A-Z_]+)=(.*)$")


def _blocks() -> list[list[str]]:
    """The paragraphs of .env.example but the first, which is about the file."""
    return [block.splitlines() for block in DOTENV.strip().split("\n\n")[1:]]


def test_dotenv_example_lists_every_variable_once_in_the_order_of_the_settings() -> None:
    listed = [match[1] for line in DOTENV.splitlines() if (match := VARIABLE.match(line))]
    assert listed == list(environment_names())


def test_dotenv_example_explains_each_variable_in_one_line() -> None:
    for explanation, variable in _blocks():
        assert VARIABLE.match(variable)
        assert re.fullmatch(r"# [A-Z].*\.", explanation)


def test_dotenv_example_changes_nothing_when_it_is_copied(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(DOTENV, encoding="utf-8")
    assert load_settings(tmp_path, {}) == Settings()


def test_dotenv_example_shows_the_defaults(tmp_path: Path) -> None:
    uncommented = "\n".join(line.removeprefix("# ") for _, line in _blocks())
    (tmp_path / ".env").write_text(uncommented, encoding="utf-8")
    assert load_settings(tmp_path, {}) == Settings()


def test_stack_example_shows_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(YAML, encoding="utf-8")
    assert load_settings(tmp_path, {}) == Settings()


def test_stack_example_lists_every_setting_in_the_order_of_the_settings() -> None:
    listed = yaml.safe_load(YAML)
    settings = Settings().model_dump()
    assert list(listed) == list(settings)
    for section, values in settings.items():
        if isinstance(values, dict):
            assert list(listed[section]) == list(values)


def test_images_are_pinned_by_a_tag_that_says_a_version() -> None:
    settings = Settings()
    for engine in (settings.collector, settings.prometheus, settings.loki, settings.grafana):
        assert re.search(r":v?\d+\.\d+\.\d+$", engine.image)
