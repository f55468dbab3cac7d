"""How does a binary become a Docker image where no registry can be reached?

The image is a root file system with the binaries at upstream's paths, imported under a name of
ours. Its labels say what it was made from, so that a rebuilt binary or a changed recipe is noticed.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO

import certifi
import docker
from docker.errors import DockerException, ImageNotFound

from provisioner.engines.catalogue import Engine, ImageLayout
from provisioner.engines.find import Binaries
from provisioner.engines.target import Target
from provisioner.errors import EngineUnavailable

BINARY_LABEL = "claude-otel.binary"
RECIPE_LABEL = "claude-otel.recipe"

_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def image_name(engine: Engine) -> str:
    """The local image's name: ours, so that nobody takes it for upstream's."""
    return f"claude-otel/{engine.name}:{engine.version}-local"


def docker_target(client: docker.DockerClient) -> Target:
    """What the daemon's containers run on, which need not be this machine."""
    return Target(goos="linux", goarch=client.version()["Arch"])


def local_image(engine: Engine, client: docker.DockerClient) -> str | None:
    """The name of the engine's local image if it is there and made by today's recipe."""
    wanted = {RECIPE_LABEL: engine.image_digest}
    return image_name(engine) if wanted.items() <= _labels(engine, client).items() else None


def import_image(engine: Engine, binaries: Binaries, client: docker.DockerClient) -> str:
    """The name of a local image that holds exactly these binaries, imported if need be."""
    layout = engine.image_layout
    if layout is None:
        raise _not_imported(engine, "there is no way to make an image of it here")
    labels = {BINARY_LABEL: _checksum(binaries), RECIPE_LABEL: engine.image_digest}
    if not labels.items() <= _labels(engine, client).items():
        with TemporaryFile() as root:
            write_root(layout, binaries.paths, root)
            root.seek(0)
            _import(engine, root, _changes(layout, labels), client)
    return image_name(engine)


def write_root(layout: ImageLayout, paths: Mapping[str, Path], file: IO[bytes]) -> None:
    """Write the image's root file system as a tar: same binaries, same bytes."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        directories = {
            parent
            for path in (*layout.files.values(), _CERTIFICATES)
            for parent in PurePosixPath(path).parents[:-1]
        }
        for directory in sorted(directories):
            _add_directory(tar, str(directory), 0o755)
        _add_directory(tar, "/tmp", 0o1777)  # noqa: S108 - the image's, not this machine's
        _add_text(tar, "/etc/passwd", _passwd(layout))
        _add_text(tar, "/etc/group", f"root:x:0:\n{layout.user}:x:{layout.uid}:\n")
        _add_file(tar, _CERTIFICATES, Path(certifi.where()), 0o644)
        for name, path in sorted(layout.files.items()):
            _add_file(tar, path, paths[name], 0o755)


def _import(
    engine: Engine, root: IO[bytes], changes: list[str], client: docker.DockerClient
) -> None:
    repository, tag = image_name(engine).split(":")
    try:
        said = client.api.import_image_from_data(root, repository, tag, changes)
    except (DockerException, OSError) as error:
        raise _not_imported(engine, str(error)) from error
    # The daemon answers 200 before it reads the tar; what goes wrong then is in the text.
    for line in said.splitlines():
        message = json.loads(line).get("error")
        if message:
            raise _not_imported(engine, message)


def _changes(layout: ImageLayout, labels: Mapping[str, str]) -> list[str]:
    return [
        f"USER {layout.uid}:{layout.uid}",
        f"ENTRYPOINT {json.dumps(layout.entrypoint)}",
        *(f"LABEL {name}={value}" for name, value in labels.items()),
    ]


def _labels(engine: Engine, client: docker.DockerClient) -> Mapping[str, str]:
    try:
        return client.images.get(image_name(engine)).labels
    except ImageNotFound:
        return {}


def _checksum(binaries: Binaries) -> str:
    """One checksum over all binaries of the engine."""
    total = hashlib.sha256()
    for name, path in sorted(binaries.paths.items()):
        with path.open("rb") as file:
            total.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _passwd(layout: ImageLayout) -> str:
    return (
        "root:x:0:0:root:/:/sbin/nologin\n"
        f"{layout.user}:x:{layout.uid}:{layout.uid}:{layout.user}:/:/sbin/nologin\n"
    )


def _add_directory(tar: tarfile.TarFile, path: str, mode: int) -> None:
    entry = _entry(path, mode)
    entry.type = tarfile.DIRTYPE
    tar.addfile(entry)


def _add_text(tar: tarfile.TarFile, path: str, text: str) -> None:
    entry = _entry(path, 0o644)
    entry.size = len(text.encode())
    tar.addfile(entry, BytesIO(text.encode()))


def _add_file(tar: tarfile.TarFile, path: str, source: Path, mode: int) -> None:
    entry = _entry(path, mode)
    entry.size = source.stat().st_size
    with source.open("rb") as file:
        tar.addfile(entry, file)


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.mode = mode
    return entry


def _not_imported(engine: Engine, reason: str) -> EngineUnavailable:
    return EngineUnavailable(
        engine.name,
        [f"import into Docker: {reason}"],
        "look at the Docker daemon (disk space?) and run the command again, "
        "or set RUNTIME=native to run without Docker",
    )
