"""How do files get into a container without a bind mount? As a tar archive, through the API."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import PurePosixPath

from provisioner.placement import STORING, Placement, engine_of
from provisioner.runtime.model import Delivery

CONFIG_ROOT = "/etc/claude-otel"
"""Where the config volume is mounted."""

OWNERS = {
    "collector": 10001,
    "gateway": 10001,
    "grafana": 472,
    "loki": 10001,
    "prometheus": 65534,
}
"""The users whom each engine's data and secrets must belong to: those of upstream's images, but for
the gateway's, whose image runs as root."""


def stack_archive(at: Placement, delivery: Delivery, stale: Iterable[str] = ()) -> bytes:
    """A tar of all configs, secrets, and data directories owned by who writes into them.

    Unpacking it empties the stale folders first: a file takes a folder's place whole, and then
    the folder takes the file's. The API has no other way to delete.
    """
    configs = _configs(at, delivery)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in stale:
            _add_file(archive, folder, "")
            _add_directory(archive, folder)
        for engine in STORING:
            _add_directory(archive, at.data[engine], OWNERS[engine])
        for folder in _folders([*configs, *delivery.secrets]):
            _add_directory(archive, folder)
        for path, text in sorted(configs.items()):
            _add_file(archive, path, text)
        for path, text in sorted(delivery.secrets.items()):
            _add_file(archive, path, text, _owner(path))
    return buffer.getvalue()


def stale_folders(at: Placement, delivery: Delivery, held: bytes) -> list[str]:
    """The folders just below the configs' root in which an archive of it holds unwanted files."""
    root = PurePosixPath(CONFIG_ROOT)
    wanted = _configs(at, delivery).keys() | delivery.secrets.keys()
    with tarfile.open(fileobj=io.BytesIO(held)) as archive:
        paths = [root.parent / entry.name for entry in archive if not entry.isdir()]
    unwanted = (path.relative_to(root) for path in paths if str(path) not in wanted)
    return sorted({str(root / path.parts[0]) for path in unwanted})


def file_archive(path: str, text: str) -> bytes:
    """A tar of one readable file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add_file(archive, path, text)
    return buffer.getvalue()


def _configs(at: Placement, delivery: Delivery) -> dict[str, str]:
    return {
        f"{at.config[engine_of(path)]}/{path.partition('/')[2]}": text
        for path, text in delivery.artifacts.items()
        if engine_of(path)
    }


def _owner(secret: str) -> int:
    """The engine whose folder a secret is in may read it; the others are the collector's."""
    return OWNERS.get(PurePosixPath(secret).parent.name, OWNERS["collector"])


def _folders(paths: Iterable[str]) -> list[str]:
    return sorted({str(parent) for path in paths for parent in PurePosixPath(path).parents[:-2]})


def _add_directory(archive: tarfile.TarFile, path: str, owner: int = 0) -> None:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type = tarfile.DIRTYPE
    entry.uid = entry.gid = owner
    entry.mode = 0o750 if owner else 0o755
    archive.addfile(entry)


def _add_file(archive: tarfile.TarFile, path: str, text: str, owner: int = 0) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.size = len(content)
    entry.uid = entry.gid = owner
    entry.mode = 0o400 if owner else 0o644
    archive.addfile(entry, io.BytesIO(content))
