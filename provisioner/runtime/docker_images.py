"""Which image does an engine run from, and how do we come by it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import docker
from docker.errors import APIError, ImageNotFound

from provisioner import engines
from provisioner.errors import EngineUnavailable
from provisioner.runtime.model import Report, Source
from provisioner.settings import Settings


def pinned_reference(engine: str, settings: Settings) -> str:
    """The image that the settings name: `repository:tag@digest`."""
    return settings.engine(engine).reference


def version_of(reference: str) -> str:
    """The version that an image's tag names; empty when it names none."""
    _, _, tag = reference.partition("@")[0].rpartition(":")
    found = re.match(r"v?(\d+\.\d+(\.\d+)?)", tag)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """The images of one daemon, as far as they are engines of ours."""

    client: docker.DockerClient
    settings: Settings

    def locate(self, engine: str) -> Source | None:
        """An image that is here: the pinned one, else one made from a binary."""
        pinned = pinned_reference(engine, self.settings)
        return self._here(engine, pinned) or self._local(engine)

    def obtain(self, engine: str, report: Report) -> Source | None:
        """An image: here, made of a binary, pulled, or built; None where Grafana cannot be had."""
        return (
            self.locate(engine)
            or self._from_cache(engine)
            or self._pull(engine, report)
            or self._build(engine, report)
        )

    def _here(self, engine: str, reference: str) -> Source | None:
        try:
            image = self.client.images.get(reference)
        except (ImageNotFound, APIError):
            return None
        identity = str(image.id)
        return Source(
            engine=engine,
            reference=reference,
            identity=identity,
            origin=f"image {reference.partition('@')[0]}",
            version=version_of(reference),
        )

    def _local(self, engine: str) -> Source | None:
        reference = engines.local_image(engines.ENGINES[engine], self.client)
        return self._here(engine, reference) if reference else None

    def _from_cache(self, engine: str) -> Source | None:
        known = engines.ENGINES[engine]
        if known.recipe is None or not (found := engines.find_cached(known, self._target())):
            return None
        return self._here(engine, engines.import_image(known, found, self.client))

    def _build(self, engine: str, report: Report) -> Source | None:
        known = engines.ENGINES[engine]
        if known.recipe is None:
            return None
        try:
            built = engines.build(known, self._target(), report)
        except EngineUnavailable as error:
            pinned = pinned_reference(engine, self.settings)
            tried = (f"pull {pinned}: the registry did not give it", *error.tried)
            raise EngineUnavailable(engine, tried, error.advice) from error
        return self._here(engine, engines.import_image(known, built, self.client))

    def _target(self) -> engines.Target:
        return engines.docker_target(self.client)

    def _pull(self, engine: str, report: Report) -> Source | None:
        reference = pinned_reference(engine, self.settings)
        report(f"pulling {reference}")
        try:
            for line in self._pull_lines(reference):
                report(f"pulling {reference}: {line}")
        except APIError as error:
            report(f"pulling {reference} failed: {error.explanation or error}")
            return None
        return self._here(engine, reference)

    def _pull_lines(self, reference: str) -> Iterator[str]:
        image, _, digest = reference.partition("@")
        repository, _, tag = image.rpartition(":")
        updates = self.client.api.pull(repository, tag=digest or tag, stream=True, decode=True)
        for update in updates:
            if "error" in update:
                raise APIError(str(update["error"]))
            yield " ".join(str(update.get(key, "")) for key in ("id", "status", "progress")).strip()
