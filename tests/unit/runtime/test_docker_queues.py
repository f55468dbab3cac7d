"""Does a queue file that cannot be opened get out of the way, inside of a volume?"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, cast

from docker.models.containers import Container

from provisioner.runtime.docker_queues import set_aside_in

FOLDER = "/var/lib/claude-otel/collector"


@dataclass(slots=True, kw_only=True)
class Volume:
    """A container of which only the files matter, by their path below the folder's parent."""

    files: dict[str, bytes]
    owners: dict[str, int] = field(default_factory=dict)

    def get_archive(self, path: str) -> tuple[Iterator[bytes], dict[str, object]]:
        assert path == FOLDER
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, content in self.files.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.uid = len(content), 10001
                archive.addfile(entry, io.BytesIO(content))
        return iter([buffer.getvalue()]), {}

    def put_archive(self, path: str, data: IO[bytes]) -> bool:
        assert path == "/var/lib/claude-otel"
        with tarfile.open(fileobj=data) as archive:
            for entry in archive:
                file = archive.extractfile(entry)
                assert file
                self.files[entry.name], self.owners[entry.name] = file.read(), entry.uid
        return True


def test_a_new_queue_takes_the_place_of_one_that_cannot_be_opened() -> None:
    bad = "collector/spool/exporter_bad"
    volume = Volume(files={bad: b"garbage", "collector/loki/exporter_new": b""})
    (aside,) = set_aside_in(cast("Container", volume), FOLDER)
    assert aside.startswith(f"/var/lib/claude-otel/{bad}.corrupt-")
    name = aside.removeprefix("/var/lib/claude-otel/")
    assert volume.files == {bad: b"", name: b"garbage", "collector/loki/exporter_new": b""}
    assert set(volume.owners.values()) == {10001}
