"""Do names, versions and digests of engines hold together?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner import placement
from provisioner.engines.catalogue import (
    ENGINES,
    CollectorBuild,
    Engine,
    GoInstall,
    ImageLayout,
    Wrapper,
)
from provisioner.settings import Settings

BUILDABLE = [engine for engine in ENGINES.values() if engine.recipe]


def test_engines_are_those_that_the_stack_places() -> None:
    assert sorted(ENGINES) == sorted(placement.ENGINES)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.name)
def test_version_is_that_of_the_default_image(engine: Engine) -> None:
    image: str = getattr(Settings(), engine.name).image
    assert image.rpartition(":")[2].removeprefix("v") == engine.version


@pytest.mark.parametrize("engine", BUILDABLE, ids=lambda engine: engine.name)
def test_every_binary_has_a_place_in_the_image(engine: Engine) -> None:
    layout = engine.image_layout
    assert layout is not None
    assert (set(layout.files), layout.entrypoint[0] in layout.files.values()) == (
        set(engine.binaries),
        True,
    )


def test_recipe_digest_changes_when_linker_flags_do(loki: Engine) -> None:
    assert isinstance(loki.recipe, Wrapper)
    changed = replace(loki, recipe=replace(loki.recipe, ldflags="-s"))
    assert changed.recipe_digest != loki.recipe_digest


def test_recipe_digest_changes_when_the_module_version_does(prometheus: Engine) -> None:
    assert isinstance(prometheus.recipe, GoInstall)
    changed = replace(prometheus, recipe=replace(prometheus.recipe, version="v0.316.1"))
    assert changed.recipe_digest != prometheus.recipe_digest


def test_recipe_digest_changes_when_a_component_goes(collector: Engine) -> None:
    assert isinstance(collector.recipe, CollectorBuild)
    fewer = collector.recipe.processors[:-1]
    changed = replace(collector, recipe=replace(collector.recipe, processors=fewer))
    assert changed.recipe_digest != collector.recipe_digest


def test_recipe_digest_is_eight_digits_and_always_the_same(loki: Engine) -> None:
    again = replace(loki, aliases={})
    assert (len(loki.recipe_digest), again.recipe_digest) == (8, loki.recipe_digest)


def test_layout_changes_the_image_digest_but_not_the_recipe_digest(loki: Engine) -> None:
    assert isinstance(loki.image_layout, ImageLayout)
    changed = replace(loki, image_layout=replace(loki.image_layout, uid=1))
    assert changed.recipe_digest == loki.recipe_digest
    assert changed.image_digest != loki.image_digest
