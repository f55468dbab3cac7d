"""Is an image taken from here before it is fetched, and its absence told in full?"""

from __future__ import annotations

from pathlib import Path

import docker
import pytest

from provisioner import engines
from provisioner.engines.cache import binary_directory
from provisioner.errors import EngineUnavailable
from provisioner.placement import ENGINES
from provisioner.runtime.docker_images import Images, pinned_reference
from provisioner.runtime.model import Source
from provisioner.settings import Loki, Settings
from tests.unit.runtime.daemon import Daemon

SETTINGS = Settings(loki=Loki(image="grafana/loki:3.7.8", digest=""))
PINNED = "grafana/loki:3.7.8"
LOCAL = "claude-otel/loki:3.7.8-local"


@pytest.fixture
def images(client: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Images:
    """Images of a machine without Go, whose cache of engines is the test's own."""
    monkeypatch.setenv("CLAUDE_OTEL_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return Images(client=client, settings=SETTINGS)


def test_the_pinned_reference_is_the_one_of_the_settings() -> None:
    references = {engine: pinned_reference(engine, SETTINGS) for engine in ENGINES}
    assert references["loki"] == PINNED
    assert references["collector"] == SETTINGS.collector.reference
    assert len(set(references.values())) == len(ENGINES)


def test_an_image_that_is_here_is_named_with_its_content(images: Images, daemon: Daemon) -> None:
    daemon.images[PINNED] = "sha256:1"
    assert images.locate("loki") == Source(
        engine="loki",
        reference=PINNED,
        identity="sha256:1",
        origin=f"image {PINNED}",
        version="3.7.8",
    )


def test_nothing_is_fetched_to_locate(images: Images, daemon: Daemon) -> None:
    daemon.registry[PINNED] = "sha256:1"
    assert images.locate("loki") is None
    assert daemon.done == []


def test_an_image_that_is_here_is_not_pulled(images: Images, daemon: Daemon) -> None:
    daemon.images[PINNED] = "sha256:1"
    assert images.obtain("loki", print) == images.locate("loki")
    assert daemon.done == []


def test_an_image_is_pulled_and_its_progress_reported(images: Images, daemon: Daemon) -> None:
    daemon.registry[PINNED] = "sha256:1"
    told: list[str] = []
    found = images.obtain("loki", told.append)
    assert found is not None
    assert found.reference == PINNED
    assert told == [f"pulling {PINNED}", f"pulling {PINNED}: layer Downloading"]


def test_a_digest_is_what_is_pulled(images: Images, daemon: Daemon) -> None:
    reference = SETTINGS.collector.reference
    daemon.registry[reference] = "sha256:1"
    found = images.obtain("collector", lambda _: None)
    assert found is not None
    assert (found.reference, found.origin) == (reference, f"image {reference.partition('@')[0]}")


def test_a_binary_that_was_built_before_becomes_an_image_without_a_registry(
    images: Images, daemon: Daemon, tmp_path: Path
) -> None:
    loki = engines.ENGINES["loki"]
    target = engines.Target(goos="linux", goarch="arm64")
    binary = binary_directory(loki, target, tmp_path) / "loki"
    binary.parent.mkdir(parents=True)
    binary.write_text("I am loki", encoding="utf-8")
    binary.chmod(0o755)
    daemon.architecture = target.goarch
    found = images.obtain("loki", print)
    assert found is not None
    assert (found.reference, found.origin) == (LOCAL, f"image {LOCAL}")


def test_what_can_neither_be_pulled_nor_built_is_told_with_both(images: Images) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        images.obtain("loki", lambda _: None)
    assert caught.value.tried[0] == f"pull {PINNED}: the registry did not give it"
    assert len(caught.value.tried) > 1


def test_grafana_that_cannot_be_pulled_is_done_without(images: Images) -> None:
    told: list[str] = []
    assert images.obtain("grafana", told.append) is None
    assert "connection refused" in told[-1]


def test_a_pull_that_breaks_off_is_no_image(images: Images, daemon: Daemon) -> None:
    daemon.images["other:1"] = "sha256:1"
    told: list[str] = []
    assert images.obtain("grafana", told.append) is None
    assert "unexpected end" in told[-1]
