"""Where does the client keep its transcripts, and whose is each file?"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs

FOLDER = "projects"
SUFFIX = ".jsonl"
AGENT = "agent-"
SUBAGENTS = "subagents"

_LARGEST = 2**63 - 1
"""Of a number in the index; inodes may be larger elsewhere."""


class Place(NamedTuple):
    """A transcript as it lies there; an empty session is told by its lines."""

    path: str
    folder: str
    session: str
    agent_id: str
    inode: int
    size: int
    mtime_ns: int


class Found(NamedTuple):
    """All transcripts, each once, in the order of their paths; `unreadable` were not let in."""

    places: Sequence[Place]
    unreadable: int


def roots(environ: Mapping[str, str], home: Path) -> Sequence[Path]:
    """The folders to look in, whether they exist or not; each once."""
    named = [each.strip() for each in environ.get("CLAUDE_CONFIG_DIR", "").split(",")]
    folders = [_at_home(each, home) for each in named if each]
    if not folders:
        config = environ.get("XDG_CONFIG_HOME", "")
        folders = [home / ".claude", (Path(config) if config else home / ".config") / "claude"]
    below = (each if each.name == FOLDER else each / FOLDER for each in folders)
    return tuple(dict.fromkeys(each.resolve() for each in below))


def index_directory(environ: Mapping[str, str]) -> Path:
    """Where what was read is kept: it outlives the client's files, so it is no cache."""
    named = environ.get("CLAUDE_OTEL_USAGE_DIR", "")
    return Path(named) if named else platformdirs.user_data_path("claude-otel") / "usage"


def find_transcripts(folders: Sequence[Path]) -> Found:
    """Every transcript below some folders; a file that can be reached by two ways, once."""
    walk = _Walk()
    for folder in folders:
        walk.through(str(folder))
    places = sorted(walk.places.values(), key=lambda place: place.path)
    return Found(places=places, unreadable=walk.unreadable)


def _at_home(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)


class _Walk:
    """Goes through folders, into those behind links last: a file's own path is preferred."""

    def __init__(self) -> None:
        self.places: dict[tuple[int, int], Place] = {}
        self.unreadable = 0
        self._visited: set[tuple[int, int]] = set()

    def through(self, root: str) -> None:
        real, linked = deque([root]), deque[str]()
        while real or linked:
            folder = real.popleft() if real else linked.popleft()
            try:
                if self._is_new(folder):
                    self._list(root, folder, real, linked)
            except FileNotFoundError:
                continue
            except OSError:
                self.unreadable += 1

    def _is_new(self, folder: str) -> bool:
        status = os.stat(folder)  # noqa: PTH116 - thousands of them
        key = (status.st_dev, status.st_ino)
        is_new = key not in self._visited
        self._visited.add(key)
        return is_new

    def _list(self, root: str, folder: str, real: deque[str], linked: deque[str]) -> None:
        with os.scandir(folder) as entries:
            # Links after files: two of them in one folder may be the same.
            for entry in sorted(entries, key=lambda each: (each.is_symlink(), each.name)):
                if entry.is_dir():
                    (linked if entry.is_symlink() else real).append(entry.path)
                elif entry.name.endswith(SUFFIX):
                    self._add(root, entry)

    def _add(self, root: str, entry: os.DirEntry[str]) -> None:
        try:
            entry.path.encode()
            status = entry.stat()
        except (OSError, UnicodeEncodeError):
            self.unreadable += 1
            return
        if not stat.S_ISREG(status.st_mode):
            self.unreadable += 1  # a pipe or a device might never end
            return
        key = (status.st_dev, status.st_ino)
        if key not in self.places:
            self.places[key] = _place(root, entry.path, status)


def _place(root: str, path: str, status: os.stat_result) -> Place:
    folder, session, agent_id = whose(path[len(root) :].strip(os.sep).split(os.sep))  # noqa: PTH206 - thousands
    return Place(
        path=path,
        folder=folder,
        session=session,
        agent_id=agent_id,
        inode=status.st_ino & _LARGEST,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )


def whose(parts: Sequence[str]) -> tuple[str, str, str]:
    """The project folder, session and agent that a path below a root tells.

    What lies anywhere in a session's directory is that session's. Old clients put the files of
    subagents beside those of sessions: only their lines tell which session it was.
    """
    folder = parts[0] if len(parts) > 1 else ""
    # Copies that the client sets aside have another word after the session.
    stem = parts[-1].removesuffix(SUFFIX).partition(".")[0]
    agent_id = stem.removeprefix(AGENT) if stem.startswith(AGENT) else ""
    if len(parts) > 2 and parts[1] != SUBAGENTS:  # noqa: PLR2004 - folder, session, the rest
        return folder, parts[1], agent_id
    return folder, "" if agent_id else stem, agent_id
