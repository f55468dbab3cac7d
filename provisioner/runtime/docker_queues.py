"""How is a queue file in a volume set aside? As tar archives, both ways, through the API."""

from __future__ import annotations

import io
import tarfile
import tempfile
from typing import IO

from docker.models.containers import Container

from provisioner.queue_file import is_queue, is_sound, name_aside


def set_aside_in(container: Container, folder: str) -> list[str]:
    """Keep the queue files below a folder that cannot be opened under other names; those names.

    The API cannot rename: an empty file, which is a new queue, takes the old one's place.
    """
    moved = []
    with tempfile.TemporaryFile() as held:
        content, _ = container.get_archive(folder)
        for chunk in content:
            held.write(chunk)
        held.seek(0)
        with tarfile.open(fileobj=held) as archive:
            for entry in archive:
                if entry.isfile() and is_queue(entry.name.rpartition("/")[2]):
                    file = archive.extractfile(entry)
                    if file and not is_sound(file, entry.size):
                        file.seek(0)
                        moved.append(_move(container, folder, entry, file))
    return moved


def _move(container: Container, folder: str, entry: tarfile.TarInfo, file: IO[bytes]) -> str:
    parent, _, name = entry.name.rpartition("/")
    aside = f"{parent}/{name_aside(name)}"
    with tempfile.TemporaryFile() as made:
        with tarfile.open(fileobj=made, mode="w") as archive:
            archive.addfile(entry.replace(name=aside), file)
            archive.addfile(_emptied(entry), io.BytesIO())
        made.seek(0)
        container.put_archive(folder.rpartition("/")[0], made)
    return f"{folder.rpartition('/')[0]}/{aside}"


def _emptied(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    empty = entry.replace()
    empty.size = 0
    return empty
