"""What does live telemetry call the project of a folder? Its git remote, else the folder's name.

By the rules of setup-env.sh and of the client, from git's files: history has thousands of sessions
in folders of which some are gone.
"""

from __future__ import annotations

import re
from pathlib import Path

_NO_ADDRESS = re.compile(r"^file:|^[^:]*/|^[^:]*$|^.:|^[A-Za-z0-9-]+::")
_HOST = re.compile(r"^([^:/]*://[^/]*/|[^/]*\]:|[^:/]*:)/*")
_SECTION = re.compile(r'^\s*\[\s*remote\s+"origin"\s*\]', re.IGNORECASE)
_URL = re.compile(r"^\s*url\s*=\s*(.*?)\s*$", re.IGNORECASE)


def project_of(folder: Path) -> str:
    """The project of a working directory, which may be gone."""
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    if top is None:
        return folder.name or "unknown"
    return project_of_url(_origin(_git_folder(top / ".git"))) or top.name or "unknown"


def project_of_url(url: str) -> str:
    """`owner/name` of a remote's address; empty for one that is none."""
    if not url or _NO_ADDRESS.search(url):
        return ""
    name = re.sub(r".*@", "", _HOST.sub("", url))
    return re.sub(r"\.git$", "", re.sub(r"/*$", "", re.sub(r"[?].*", "", name))).lower()


def _git_folder(git: Path) -> Path:
    """Where a repository's settings are: a worktree's and a submodule's `.git` is a file."""
    try:
        _, _, named = git.read_text(encoding="utf-8").partition("gitdir:")
    except OSError:
        return git
    found = git.parent / named.strip()
    try:
        return found / (found / "commondir").read_text(encoding="utf-8").strip()
    except OSError:
        return found


def _origin(git: Path) -> str:
    try:
        lines = (git / "config").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    is_origin = False
    for line in lines:
        if line.lstrip().startswith("["):
            is_origin = bool(_SECTION.match(line))
        elif is_origin and (found := _URL.match(line)):
            return found[1].strip('"')
    return ""
