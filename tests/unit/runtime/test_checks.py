"""Is each engine asked in its own way whether it takes a config?"""

from __future__ import annotations

import pytest

from provisioner.errors import ArtifactRejected
from provisioner.placement import ENGINES, engine_of
from provisioner.runtime.checks import CHECKS, reject


@pytest.mark.parametrize(
    ("engine", "command"),
    [
        ("collector", ("validate", "--config=/c.yaml")),
        ("loki", ("-verify-config", "-config.file=/c.yaml")),
        ("prometheus", ("check", "config", "/c.yaml")),
    ],
)
def test_the_path_of_the_config_is_filled_in(engine: str, command: tuple[str, ...]) -> None:
    assert CHECKS[engine].command("/c.yaml") == command


def test_every_engine_but_grafana_checks_a_file_of_its_own() -> None:
    assert set(CHECKS) == set(ENGINES) - {"grafana"}
    assert {engine_of(check.file) for check in CHECKS.values()} == set(CHECKS)


def test_a_refusal_gives_the_engines_last_words() -> None:
    error = reject("loki", "level=info\n\nline 1\nline 2\nline 3\n\n")
    assert isinstance(error, ArtifactRejected)
    assert error.path == "loki/config.yaml"
    assert error.reason == "loki says: line 1\n  line 2\n  line 3"


def test_a_refusal_does_not_repeat_a_whole_config() -> None:
    assert len(reject("loki", "x" * 5000).reason) < 700
