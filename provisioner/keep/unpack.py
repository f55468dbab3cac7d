"""Is a file a whole backup, and what is in it? Nothing in it is believed before it was checked."""

from __future__ import annotations

import gzip
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from provisioner.errors import Refused
from provisioner.keep.manifest import (
    IDENTITY,
    KEPT,
    MANIFEST,
    MARK,
    SCHEMA,
    Manifest,
    Part,
    read_manifest,
    schema_of,
)
from provisioner.keep.pack import Digest, Digesting, megabytes
from provisioner.runtime.model import DataFile, Report

SMALL_BYTES = 64 << 20
"""What we put in beside the engines' data is far smaller."""

PIECE_BYTES = 1 << 20

_DATA = re.compile(rf"data/({'|'.join(KEPT)})(?:/(.*))?", re.DOTALL)
_OWN = frozenset({MARK, IDENTITY, MANIFEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was read to its end and found whole."""

    path: Path
    manifest: Manifest
    identity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """An engine's file, or a small text of our own (`engine` is empty, `path` its name)."""

    engine: str
    file: DataFile


def open_backup(path: Path, report: Report) -> Backup:
    """Read a backup to its end; raises Refused unless it is whole, and a version we know."""
    if not path.is_file():
        raise Refused(f"{path}: there is no such file\n  next: name a backup")
    own: dict[str, bytes] = {}
    parts: dict[str, Part] = {}
    with understood(path):
        for engine, members in groupby(_members(path), key=lambda member: member.engine):
            if engine in parts:
                raise Refused(_damaged(path, f"it has the data of {engine} twice"))
            if engine:
                parts[engine] = _part(engine, members, report)
                continue
            for member in members:
                content = member.file.content
                own[member.file.path] = content.read(SMALL_BYTES) if content else b""
        if MANIFEST not in own:
            raise Refused(_damaged(path, "it ends before its manifest"))
        manifest = _known(path, own[MANIFEST])
        identity = own[IDENTITY].decode() if IDENTITY in own else None
    if parts != dict(manifest.parts):
        names = parts.keys() | manifest.parts.keys()
        wrong = sorted(name for name in names if parts.get(name) != manifest.parts.get(name))
        raise Refused(_damaged(path, f"the data of {', '.join(wrong)} is not what was written"))
    return Backup(path=path, manifest=manifest, identity=identity)


def data_of(backup: Backup, report: Report) -> Iterator[tuple[str, Iterator[DataFile]]]:
    """Engines and their files, to be written in this order.

    Raises Refused when they are not what was checked.
    """
    with understood(backup.path):
        for engine, members in groupby(_members(backup.path), key=lambda member: member.engine):
            if engine:
                digest = Digest()
                yield engine, _files(engine, members, digest, report)
                if digest.part() != backup.manifest.parts.get(engine):
                    raise Refused(_damaged(backup.path, "it was changed while it was read"))


def _files(
    engine: str, members: Iterable[_Member], digest: Digest, report: Report
) -> Iterator[DataFile]:
    for member in members:
        yield _taken_in(member.file, digest)
        report(f"{engine}: {megabytes(digest.size)}")


def _part(engine: str, members: Iterable[_Member], report: Report) -> Part:
    digest = Digest()
    for file in _files(engine, members, digest, report):
        while file.content and file.content.read(PIECE_BYTES):
            pass
    return digest.part()


def _taken_in(file: DataFile, digest: Digest) -> DataFile:
    if file.content is None:
        return file
    digest.begin(file.path, file.size)
    content = Digesting(content=file.content, digest=digest)
    return DataFile(path=file.path, size=file.size, content=content)


def _members(path: Path) -> Iterator[_Member]:
    """What is in a backup, in its order; raises Refused at anything that we never put into one."""
    with gzip.open(path) as content:
        with tarfile.open(fileobj=content, mode="r|") as archive:
            for number, entry in enumerate(archive):
                if number == 0 and entry.name != MARK:
                    raise Refused(_foreign(path))
                yield _member(path, archive, entry)
        while content.read(PIECE_BYTES):  # to the checksum at its end
            pass


def _member(path: Path, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> _Member:
    is_file, is_directory = entry.type in {tarfile.REGTYPE, tarfile.AREGTYPE}, entry.isdir()
    if not (is_file or is_directory):
        raise Refused(_hostile(path, entry.name, "is neither a file nor a directory"))
    content = archive.extractfile(entry) if is_file else None
    if entry.name in _OWN and is_file:
        return _Member(engine="", file=DataFile(path=entry.name, size=entry.size, content=content))
    found = _DATA.fullmatch(entry.name)
    if not found or not _is_inside(found[2]):
        raise Refused(_hostile(path, entry.name, "leads to where no backup of ours writes"))
    file = DataFile(path=found[2], size=entry.size if is_file else 0, content=content)
    return _Member(engine=found[1], file=file)


def _is_inside(name: str | None) -> bool:
    """Whether a name stays below the folder that it is put into, on every system."""
    parts = (name or "").split("/")
    return not any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts)


def _known(path: Path, text: bytes) -> Manifest:
    # Another kind may say all else in other words.
    schema, version = schema_of(text)
    if schema != SCHEMA:
        raise Refused(
            f"{path}: made by claude-otel {version}, whose backups are of kind {schema}; "
            f"this one reads kind {SCHEMA}; nothing was changed\n"
            f"  next: restore it with claude-otel {version}"
        )
    return read_manifest(text)


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file, in a sentence."""
    try:
        yield
    except gzip.BadGzipFile as error:
        raise Refused(_foreign(path)) from error
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise Refused(_damaged(path, reason)) from error


def _damaged(path: Path, reason: str) -> str:
    return f"{path}: this backup is damaged: {reason}\n  next: use another copy of it"


def _foreign(path: Path) -> str:
    return f"{path}: this is no backup of claude-otel; nothing was changed\n  next: name one"


def _hostile(path: Path, name: str, reason: str) -> str:
    return (
        f"{path}: {name[:200]!r} in it {reason}, so nothing of it is unpacked\n"
        "  next: use a backup that `claude-otel backup` wrote"
    )
