"""How does an engine's data leave and enter a volume? As a tar archive, never whole in memory."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator

from provisioner.runtime.model import DataFile
from provisioner.runtime.native_data import odd_file

PIECE_BYTES = 1 << 20


def read_archive(pieces: Iterable[bytes]) -> Iterator[DataFile]:
    """The files of an archive of one directory, by their path in it.

    Raises Refused at a link or a device.
    """
    with tarfile.open(fileobj=_Pieces(pieces), mode="r|") as archive:
        for entry in archive:
            path = entry.name.partition("/")[2]
            if entry.isdir():
                if path:
                    yield DataFile(path=path)
            elif entry.isreg():
                yield DataFile(path=path, size=entry.size, content=archive.extractfile(entry))
            else:
                raise odd_file(entry.name)


def data_archive(folder: str, owner: int, files: Iterable[DataFile]) -> Iterator[bytes]:
    """A tar of files below a folder, in pieces; all belong to one user, and nobody else reads."""
    for each in files:
        entry = tarfile.TarInfo(f"{folder.lstrip('/')}/{each.path}")
        entry.uid = entry.gid = owner
        entry.size = each.size
        entry.mode = 0o600
        if each.content is None:
            entry.type, entry.mode = tarfile.DIRTYPE, 0o700
        yield entry.tobuf(tarfile.PAX_FORMAT)
        while each.content and (piece := each.content.read(PIECE_BYTES)):
            yield piece
        yield b"\0" * (-each.size % tarfile.BLOCKSIZE)
    yield b"\0" * 2 * tarfile.BLOCKSIZE


class _Pieces(io.RawIOBase):
    """Pieces of bytes, read as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = []
        while size and (piece := self._left or next(self._pieces, b"")):
            taken.append(piece[:size])
            self._left = piece[size:]
            size -= len(taken[-1])
        return b"".join(taken)
