"""Has every setting a variable, every engine its settings, and every image a pin?"""

from __future__ import annotations

import pytest

from provisioner.placement import ENGINES
from provisioner.settings_model import Collector, Settings, environment_names


def test_the_default_image_is_pinned_by_tag_and_digest() -> None:
    tag, digest = Collector().reference.split("@")
    assert tag == "otel/opentelemetry-collector-contrib:0.161.0"
    assert digest.startswith("sha256:")


def test_every_setting_has_a_variable_of_its_own() -> None:
    def leaves(tree: dict[str, object], prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for name, value in tree.items():
            key = (*prefix, name)
            found |= leaves(value, key) if isinstance(value, dict) else {key}
        return found

    names = environment_names()
    assert set(names.values()) == leaves(Settings().model_dump())
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_found_by_its_name(engine: str) -> None:
    settings = Settings()
    assert settings.engine(engine) is getattr(settings, engine)
