"""Where do built engines live? Outside the checkout, one directory a recipe and target."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from provisioner.engines.catalogue import Engine
from provisioner.engines.target import Target

CACHE_VARIABLE = "CLAUDE_OTEL_CACHE"


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's cache directory for this stack, or what CLAUDE_OTEL_CACHE says."""
    chosen = environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("claude-otel", appauthor=False)


def engine_directory(engine: Engine, root: Path) -> Path:
    """Everything of one engine: its versions, its lock, and the build under way."""
    return root / "engines" / engine.name


def binary_directory(engine: Engine, target: Target, root: Path) -> Path:
    """The finished binaries of one version, recipe and target."""
    version = f"{engine.version}-{engine.recipe_digest}"
    return engine_directory(engine, root) / version / str(target)
