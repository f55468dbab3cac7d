"""Where does the real client come from?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

PACKAGE = "@anthropic-ai/claude-code"
VERSION = "2.1.330"
EXECUTABLE = Path("node_modules", ".bin", "claude")
STDERR_LINES_SHOWN = 20


class ClientError(Exception):
    """The client is missing, did not finish or gave no result; shows what was printed last."""

    def __init__(self, what: str, *, stderr: str = "") -> None:
        last = "\n".join(stderr.strip().splitlines()[-STDERR_LINES_SHOWN:])
        super().__init__(f"{what}; stderr ended with:\n{last}" if last else what)
        self.stderr = stderr


def find_or_install_client() -> Path:
    """The client that CLAUDE_BIN names, else the pinned version in the user's cache."""
    named = os.environ.get("CLAUDE_BIN")
    if named:
        return _existing(Path(named))
    folder = user_cache_path("claude-otel") / "client" / VERSION
    if not (folder / EXECUTABLE).exists():
        _install(folder)
    return _existing(folder / EXECUTABLE)


def _existing(executable: Path) -> Path:
    if not executable.exists():
        raise ClientError(f"there is no Claude Code client at {executable}; see CLAUDE_BIN")
    return executable


def _install(folder: Path) -> None:
    """Install beside the folder and move there, so that nobody ever meets half a client."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = tempfile.TemporaryDirectory(dir=folder.parent, prefix=".installing-")
    with FileLock(folder.parent / f"{folder.name}.lock"), scratch:
        if not folder.exists():  # else tests in another process were quicker
            fresh = Path(scratch.name, VERSION)
            _npm_install(fresh)
            fresh.replace(folder)


def _npm_install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise ClientError(
            "npm is missing, and the tests run the real Claude Code client: "
            "install Node.js, or set CLAUDE_BIN to a client that is already here"
        )
    folder.mkdir()
    package = f"{PACKAGE}@{VERSION}"
    command = [npm, "install", "--prefix", str(folder), package, "--no-audit", "--no-fund"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClientError(f"npm could not install {package}", stderr=done.stderr)
