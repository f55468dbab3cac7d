"""How does a stack's data become one file? A compressed tar that is there whole, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.keep.manifest import MANIFEST, MARK, Manifest, Part
from provisioner.runtime.model import DataFile, Readable, Report

COMPRESSION = 1
"""The stores have compressed their data already."""


@dataclass(slots=True, kw_only=True)
class Digest:
    """What a part of a backup holds so far: files, bytes, and a checksum."""

    files: int = 0
    size: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def begin(self, path: str, size: int) -> None:
        """Take in a file's name."""
        self.files += 1
        self.size += size
        self._hash.update(f"{path}\0{size}\n".encode())

    def update(self, piece: bytes) -> None:
        """Take in a piece of the file's content."""
        self._hash.update(piece)

    def part(self) -> Part:
        """What the manifest says of it."""
        return Part(files=self.files, bytes=self.size, sha256=self._hash.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Digesting:
    """A file that is taken in as it is read."""

    content: Readable
    digest: Digest

    def read(self, size: int = -1, /) -> bytes:
        """As the file's own."""
        piece = self.content.read(size)
        self.digest.update(piece)
        return piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A backup that is being written."""

    archive: tarfile.TarFile
    parts: dict[str, Part] = field(default_factory=dict)

    def add(self, name: str, files: Iterable[DataFile], report: Report) -> None:
        """Take in the data of an engine."""
        digest = Digest()
        for each in files:
            entry = tarfile.TarInfo(f"data/{name}/{each.path}")
            entry.size, entry.mode = each.size, 0o600
            if each.content is None:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o700
                self.archive.addfile(entry)
                continue
            digest.begin(each.path, each.size)
            report(f"{name}: {megabytes(digest.size)}")
            self.archive.addfile(entry, Digesting(content=each.content, digest=digest))
        self.parts[name] = digest.part()

    def add_text(self, name: str, text: str) -> None:
        """Take in a small file of our own."""
        content = text.encode()
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o600
        self.archive.addfile(entry, io.BytesIO(content))

    def finish(self, manifest: Manifest) -> None:
        """The manifest comes last: it holds the checksums, and a file without it is not whole."""
        self.add_text(MANIFEST, manifest.to_json())


@contextmanager
def new_pack(target: Path) -> Iterator[Pack]:
    """A backup to be written; it bears its name once it is whole, and is the owner's alone."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(
                fileobj=file, mode="w:gz", compresslevel=COMPRESSION, format=tarfile.PAX_FORMAT
            ) as archive:
                pack = Pack(archive=archive)
                pack.add_text(MARK, "1\n")
                yield pack
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def megabytes(size: int) -> str:
    """How a size is told."""
    return f"{size / 1e6:,.1f} MB"
