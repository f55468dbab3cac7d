"""Can the collector open what it keeps on disk?

Its queues are files of bbolt's. It does not start with one whose pages are not what they should be,
whatever its own `recreate` says: that catches only what goes wrong in one place of many. So such a
file is found here, as bbolt would read it, and set aside: it may hold what clients believe to be
safe.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

_HEADER = struct.Struct("<QHHI")
_META = struct.Struct("<IIIIQQQQQQ")
_BRANCH = struct.Struct("<IIQ")
_LEAF = struct.Struct("<IIII")
_BUCKET = struct.Struct("<QQ")
_MAGIC, _VERSION = 0xED0CDAED, 2
_IS_BRANCH, _IS_LEAF, _IS_BUCKET = 1, 2, 1
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
_PAGE_BYTES = 4096


class _NotSoundError(Exception):
    """A page is not what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """An open file: how long its pages are, how many it has, and with which it begins."""

    file: IO[bytes]
    size: int
    page_bytes: int
    pages: int
    root: int

    def page(self, number: int) -> tuple[int, int, bytes]:
        """A page's flags, how many elements it has, and its bytes."""
        start = number * self.page_bytes
        self.file.seek(start)
        said, flags, count, overflow = _unpack(_HEADER, self.file.read(_HEADER.size))
        length = (overflow + 1) * self.page_bytes
        if said != number or number + overflow >= self.pages or start + length > self.size:
            raise _NotSoundError
        self.file.seek(start)
        # Elements come first, their keys and values behind them: long values are not read.
        return flags, count, self.file.read(min(length, _HEADER.size + count * 65_536))


def set_aside(folder: Path) -> list[Path]:
    """Rename every queue file below a folder that could not be opened; their new names."""
    moved = []
    for path in sorted(folder.glob("*/*")):
        with path.open("rb") as file:
            is_wrong = is_queue(path.name) and not is_sound(file, path.stat().st_size)
        if is_wrong:
            moved.append(path.rename(path.with_name(name_aside(path.name))))
    return moved


def is_queue(name: str) -> bool:
    """Whether a file of that name is a queue that the collector would open."""
    return name.startswith("exporter_") and "." not in name


def name_aside(name: str) -> str:
    """What a queue file is called that was set aside now."""
    return f"{name}.corrupt-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}"


def is_sound(file: IO[bytes], size: int) -> bool:
    """Whether a queue file can be opened and read through; an empty one is a new one."""
    try:
        if size:
            _walk(_begin(file, size))
    except _NotSoundError:
        return False
    return True


def _begin(file: IO[bytes], size: int) -> _Tree:
    """Two pages say where the tree begins: the younger of those that are whole."""
    found = [meta for number in (0, 1) if (meta := _meta(file, number * _PAGE_BYTES))]
    if not found or size < 2 * _PAGE_BYTES:
        raise _NotSoundError
    _, page_bytes, root, pages = max(found)
    return _Tree(file=file, size=size, page_bytes=page_bytes, pages=pages, root=root)


def _meta(file: IO[bytes], start: int) -> tuple[int, int, int, int] | None:
    file.seek(start + _HEADER.size)
    content = file.read(_META.size)
    if len(content) < _META.size:
        return None
    magic, version, page_bytes, _, root, _, _, pages, number, checksum = _META.unpack(content)
    is_whole = (magic, version) == (_MAGIC, _VERSION) and checksum == _fnv(content[:-8])
    return (number, page_bytes, root, pages) if is_whole else None


def _fnv(content: bytes) -> int:
    found = _FNV_OFFSET
    for byte in content:
        found = (found ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return found


def _walk(tree: _Tree) -> None:
    seen: set[int] = set()
    left = [tree.root]
    while left:
        number = left.pop()
        if number in seen or number >= tree.pages:
            raise _NotSoundError
        seen.add(number)
        left += _below(*tree.page(number))


def _below(flags: int, count: int, content: bytes) -> Iterator[int]:
    """The pages that a page refers to."""
    for index in range(count):
        if flags == _IS_BRANCH:
            yield _unpack(_BRANCH, content, _HEADER.size + index * _BRANCH.size)[2]
        elif flags == _IS_LEAF:
            yield from _bucket(content, _HEADER.size + index * _LEAF.size)
        else:
            raise _NotSoundError


def _bucket(content: bytes, at: int) -> Iterator[int]:
    kind, offset, key_bytes, _ = _unpack(_LEAF, content, at)
    if kind == _IS_BUCKET:
        root, _ = _unpack(_BUCKET, content, at + offset + key_bytes)
        # A small bucket stands in the page itself, and has none of its own.
        if root:
            yield root


def _unpack(layout: struct.Struct, content: bytes, at: int = 0) -> tuple[int, ...]:
    try:
        return layout.unpack_from(content, at)
    except struct.error:
        raise _NotSoundError from None
