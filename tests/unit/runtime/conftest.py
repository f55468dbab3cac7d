"""A Docker daemon that runs nothing, and a client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from tests.servers import serving
from tests.unit.runtime.daemon import VERSION, Daemon


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
def client(daemon: Daemon) -> Iterator[docker.DockerClient]:
    with serving(daemon) as server:
        url = server.url.replace("http", "tcp")
        client = docker.DockerClient(base_url=url, version=VERSION.removeprefix("/v"))
        yield client
        client.close()
