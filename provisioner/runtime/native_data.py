"""How is an engine's data read from a directory, and put into one?"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from provisioner.errors import Refused
from provisioner.runtime.model import DataFile


def read_files(root: Path) -> Iterator[DataFile]:
    """All that is below a directory, sorted; raises Refused at a link or a device."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise odd_file(str(path))
        if path.is_dir():
            yield DataFile(path=name)
            continue
        with path.open("rb") as content:
            yield DataFile(path=name, size=path.stat().st_size, content=content)


def write_files(root: Path, files: Iterable[DataFile]) -> None:
    """Write files below a directory, for this user only."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in files:
        path = root / each.path
        if each.content is None:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("xb") as file:
            path.chmod(0o600)
            shutil.copyfileobj(each.content, file)


def free_bytes(folder: Path) -> int:
    """The room on the disk of a folder, or of where it would be made."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free


def odd_file(path: str) -> Refused:
    """What to raise at something that no engine keeps its data in."""
    return Refused(
        f"{path} is neither a file nor a directory, and a backup without it would not be whole\n"
        "  next: put a real directory or file in its place (a link's target, say), and repeat"
    )
