"""Does a local image hold what upstream's does, and is it made again only when it must be?"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import docker
import pytest

from provisioner.engines.catalogue import ENGINES, Engine
from provisioner.engines.find import Binaries
from provisioner.engines.image import docker_target, import_image, local_image, write_root
from provisioner.errors import EngineUnavailable


class Daemon(ThreadingHTTPServer):
    """The four answers of a Docker daemon that an import needs."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.images: dict[str, dict[str, str]] = {}
        self.imports: list[dict[str, list[str]]] = []
        self.archives: list[bytes] = []
        self.complaint: str | None = None
        self.refusal: str | None = None


class _Answers(BaseHTTPRequestHandler):
    server: Daemon

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.partition("/v1.41")[2]
        if path == "/version":
            self._send(200, {"Os": "linux", "Arch": "arm64"})
            return
        labels = self.server.images.get(path.removeprefix("/images/").removesuffix("/json"))
        if labels is None:
            self._send(404, {"message": "No such image"})
        else:
            self._send(200, {"Id": "sha256:0", "Config": {"Labels": labels}})

    def do_POST(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.imports.append(query)
        self.server.archives.append(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusal:
            self._send(500, {"message": self.server.refusal})
            return
        if self.server.complaint:
            self._send(200, {"error": self.server.complaint})
            return
        labels = [each.split(" ", 1)[1] for each in query["changes"] if each.startswith("LABEL ")]
        name = f"{query['repo'][0]}:{query['tag'][0]}"
        self.server.images[name] = dict(label.split("=") for label in labels)
        self._send(200, {"status": "sha256:0"})

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def _send(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(daemon: Daemon) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=f"tcp://127.0.0.1:{daemon.server_port}", version="1.41")
    yield client
    client.close()


@pytest.fixture
def binaries(tmp_path: Path, prometheus: Engine) -> Binaries:
    paths = {name: tmp_path / name for name in prometheus.binaries}
    for name, path in paths.items():
        path.write_text(f"I am {name}", encoding="utf-8")
    return Binaries(engine="prometheus", version="3.16.0", paths=paths, origin="cache")


def _members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        return {member.name: member for member in tar}


def _text(archive: bytes, name: str) -> str:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return file.read().decode()


def _root(engine: Engine, binaries: Binaries) -> bytes:
    assert engine.image_layout is not None
    root = BytesIO()
    write_root(engine.image_layout, binaries.paths, root)
    return root.getvalue()


def test_root_holds_directories_before_files_and_nothing_else(
    prometheus: Engine, binaries: Binaries
) -> None:
    modes = {name: member.mode for name, member in _members(_root(prometheus, binaries)).items()}
    assert list(modes.items()) == [
        ("bin", 0o755),
        ("etc", 0o755),
        ("etc/ssl", 0o755),
        ("etc/ssl/certs", 0o755),
        ("tmp", 0o1777),
        ("etc/passwd", 0o644),
        ("etc/group", 0o644),
        ("etc/ssl/certs/ca-certificates.crt", 0o644),
        ("bin/prometheus", 0o755),
        ("bin/promtool", 0o755),
    ]


def test_root_names_the_engines_user(prometheus: Engine, binaries: Binaries) -> None:
    archive = _root(prometheus, binaries)
    assert _text(archive, "etc/passwd").splitlines()[1] == (
        "nobody:x:65534:65534:nobody:/:/sbin/nologin"
    )
    assert _text(archive, "etc/group").splitlines()[1] == "nobody:x:65534:"


def test_root_holds_the_binaries_and_certificates(prometheus: Engine, binaries: Binaries) -> None:
    archive = _root(prometheus, binaries)
    assert _text(archive, "bin/promtool") == "I am promtool"
    assert "BEGIN CERTIFICATE" in _text(archive, "etc/ssl/certs/ca-certificates.crt")


def test_root_is_the_same_bytes_each_time(prometheus: Engine, binaries: Binaries) -> None:
    first = _root(prometheus, binaries)
    binaries.paths["promtool"].touch()
    assert _root(prometheus, binaries) == first


def test_import_hands_the_root_to_the_daemon_with_user_and_entrypoint(
    prometheus: Engine, binaries: Binaries, daemon: Daemon, client: docker.DockerClient
) -> None:
    name = import_image(prometheus, binaries, client)
    assert name == "claude-otel/prometheus:3.16.0-local"
    assert daemon.archives == [_root(prometheus, binaries)]
    assert daemon.imports[0]["changes"][:2] == [
        "USER 65534:65534",
        'ENTRYPOINT ["/bin/prometheus"]',
    ]
    assert sorted(daemon.images[name]) == ["claude-otel.binary", "claude-otel.recipe"]


def test_import_does_nothing_the_second_time(
    prometheus: Engine, binaries: Binaries, daemon: Daemon, client: docker.DockerClient
) -> None:
    import_image(prometheus, binaries, client)
    import_image(prometheus, binaries, client)
    assert len(daemon.imports) == 1


def test_import_notices_a_rebuilt_binary(
    prometheus: Engine, binaries: Binaries, daemon: Daemon, client: docker.DockerClient
) -> None:
    import_image(prometheus, binaries, client)
    binaries.paths["promtool"].write_text("I am another", encoding="utf-8")
    import_image(prometheus, binaries, client)
    assert len(daemon.imports) == 2


def test_local_image_is_found_once_it_is_imported(
    prometheus: Engine, binaries: Binaries, client: docker.DockerClient
) -> None:
    before = local_image(prometheus, client)
    name = import_image(prometheus, binaries, client)
    assert (before, local_image(prometheus, client)) == (None, name)


def test_local_image_of_another_recipe_does_not_count(
    prometheus: Engine, binaries: Binaries, client: docker.DockerClient
) -> None:
    import_image(prometheus, binaries, client)
    assert prometheus.image_layout is not None
    changed = replace(prometheus, image_layout=replace(prometheus.image_layout, uid=1))
    assert local_image(changed, client) is None


def test_import_that_the_daemon_complains_about_is_an_error(
    prometheus: Engine, binaries: Binaries, daemon: Daemon, client: docker.DockerClient
) -> None:
    daemon.complaint = "write /bin/prometheus: no space left on device"
    with pytest.raises(EngineUnavailable, match="import into Docker: write /bin/prometheus: no"):
        import_image(prometheus, binaries, client)


def test_import_that_the_daemon_refuses_is_an_error(
    prometheus: Engine, binaries: Binaries, daemon: Daemon, client: docker.DockerClient
) -> None:
    daemon.refusal = "the storage driver is gone"
    with pytest.raises(EngineUnavailable, match="the storage driver is gone"):
        import_image(prometheus, binaries, client)


def test_grafana_has_no_local_image(binaries: Binaries, client: docker.DockerClient) -> None:
    with pytest.raises(EngineUnavailable, match="no way to make an image"):
        import_image(ENGINES["grafana"], binaries, client)


def test_docker_target_is_the_daemons_processor(client: docker.DockerClient) -> None:
    assert str(docker_target(client)) == "linux-arm64"
