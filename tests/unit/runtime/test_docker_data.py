"""Does data pass through the Docker API as it is, piece by piece?"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator

import pytest

from provisioner.errors import Refused
from provisioner.runtime.docker_data import data_archive, read_archive
from provisioner.runtime.model import DataFile

BIG = bytes(range(256)) * 20_000
FOLDER = "/var/lib/claude-otel/loki"
NAME = "x" * 150
"""Longer than a plain header of tar has room for."""


def _files() -> list[DataFile]:
    return [
        DataFile(path="chunks"),
        DataFile(path="chunks/big", size=len(BIG), content=io.BytesIO(BIG)),
        DataFile(path=NAME, size=3, content=io.BytesIO(b"abc")),
        DataFile(path="empty", size=0, content=io.BytesIO()),
    ]


def _odd(pieces: Iterator[bytes], size: int = 1000) -> Iterator[bytes]:
    """The same bytes in other pieces."""
    whole = b"".join(pieces)
    return (whole[start : start + size] for start in range(0, len(whole), size))


def test_an_archive_belongs_to_the_engines_user_and_to_nobody_else() -> None:
    whole = b"".join(data_archive(FOLDER, 10001, _files()))
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        entries = archive.getmembers()
    assert [each.name for each in entries][:2] == [
        f"{FOLDER[1:]}/chunks",
        f"{FOLDER[1:]}/chunks/big",
    ]
    assert {(each.uid, each.gid, each.mode, each.isdir()) for each in entries} == {
        (10001, 10001, 0o700, True),
        (10001, 10001, 0o600, False),
    }


def test_what_comes_out_is_what_went_in() -> None:
    pieces = _odd(data_archive("/loki", 10001, _files()))
    read = {each.path: each.content and each.content.read() for each in read_archive(pieces)}
    assert read == {"chunks": None, "chunks/big": BIG, NAME: b"abc", "empty": b""}


def test_the_directory_itself_is_no_part_of_its_content() -> None:
    root = tarfile.TarInfo("loki")
    root.type = tarfile.DIRTYPE
    assert list(read_archive([root.tobuf(), b"\0" * 1024])) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_what_is_neither_file_nor_directory_is_refused(kind: bytes) -> None:
    entry = tarfile.TarInfo("loki/odd")
    entry.type = kind
    with pytest.raises(Refused, match="loki/odd is neither"):
        list(read_archive([entry.tobuf(), b"\0" * 1024]))
