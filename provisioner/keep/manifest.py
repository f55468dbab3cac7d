"""What does a backup say of itself?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from provisioner.keep.totals import Totals

SCHEMA = 1
"""Of the archive, of our series' names, and of how the collector's queues lie: whichever changes so
that an older stack could not go on from there takes the next number."""

KEPT = ("collector", "loki", "prometheus", "grafana")
"""The engines that keep data; the collector's first, because its door waits for that."""

MARK = "claude-otel-backup"
MANIFEST = "manifest.json"
IDENTITY = "secrets/identity"
"""What a backup holds beside the engines' data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The data of one engine: how much, and a checksum over names and contents in their order."""

    files: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Where a backup comes from, which versions of engines wrote it, and what must be in it."""

    schema: int
    stack_version: str
    made_at: str
    project: str
    runtime: str
    engines: Mapping[str, str]
    parts: Mapping[str, Part]
    totals: Totals

    @property
    def bytes(self) -> int:
        """The room that its data takes."""
        return sum(part.bytes for part in self.parts.values())

    def to_json(self) -> str:
        """As it stands in the archive."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


_MANIFEST = TypeAdapter(Manifest)


def read_manifest(text: bytes) -> Manifest:
    """The manifest of a backup; raises ValueError when it is none."""
    try:
        return _MANIFEST.validate_json(text)
    except ValidationError as error:
        raise ValueError("its manifest is not whole") from error


def schema_of(text: bytes) -> tuple[int, str]:
    """The kind of a backup, and the version of ours that made it; raises ValueError."""
    match json.loads(text):
        case {"schema": int(schema), "stack_version": str(version)}:
            return schema, version
    raise ValueError("its manifest does not say what kind of backup it is")
