"""Are built engines kept outside the checkout, apart by version, recipe and target?"""

from __future__ import annotations

from pathlib import Path

import platformdirs

from provisioner.engines.cache import binary_directory, cache_root
from provisioner.engines.catalogue import Engine
from provisioner.engines.target import Target


def test_cache_is_the_users_own_unless_told_otherwise() -> None:
    expected = platformdirs.user_cache_path("claude-otel", appauthor=False)
    assert [cache_root({}), cache_root({"CLAUDE_OTEL_CACHE": ""})] == [expected, expected]


def test_cache_variable_moves_the_cache(tmp_path: Path) -> None:
    assert cache_root({"CLAUDE_OTEL_CACHE": str(tmp_path)}) == tmp_path


def test_binaries_lie_under_engine_version_recipe_and_target(loki: Engine) -> None:
    directory = binary_directory(loki, Target(goos="linux", goarch="arm64"), Path("cache"))
    assert directory == Path(f"cache/engines/loki/3.7.8-{loki.recipe_digest}/linux-arm64")
