"""Where is what one run leaves for the next? In the user's state directory; loads fast."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

import platformdirs


def state_path(name: str, environ: Mapping[str, str] | None = None) -> Path:
    """The file of that name; who gives the client another directory has an account of its own."""
    environ = os.environ if environ is None else environ
    config = environ.get("CLAUDE_CONFIG_DIR", "")
    mark = f"-{zlib.crc32(config.encode()):08x}" if config else ""
    return Path(platformdirs.user_state_dir("claude-otel")) / f"{name}{mark}.json"


def write_state(path: Path, text: str) -> None:
    """Replace the file in one step; without tempfile, which takes long to load."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)
