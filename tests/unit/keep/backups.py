"""Backups for tests, made as the command makes them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from provisioner.keep.manifest import IDENTITY, SCHEMA, Manifest
from provisioner.keep.pack import new_pack
from provisioner.keep.totals import Totals
from provisioner.runtime.model import DataFile, silent

DATA = {
    "collector": {"queue": b"waiting"},
    "loki": {"chunks/1": b"entries" * 1000, "wal/0": b""},
    "prometheus": {"wal/0": b"samples" * 5000},
}
TOTALS = Totals(
    until=1e9,
    days={"loki": 20, "prometheus": 20},
    amounts={0: {"ledger_cost_usd": 1.5, "ledger_api_requests": 2}, 3: {"ledger_cost_usd": 0.25}},
    entries={0: {"api_request": 2, "user_prompt": 1}},
)
MANIFEST = Manifest(
    schema=SCHEMA,
    stack_version="0.1.0",
    made_at="2026-11-22T14:30:00+00:00",
    project="claude-otel",
    runtime="native",
    engines={"loki": "3.7.8"},
    parts={},
    totals=TOTALS,
)


def data_files(data: Mapping[str, bytes]) -> list[DataFile]:
    """Files, and the directories that they are in, as a runtime reads them."""
    folders = sorted({path.rpartition("/")[0] for path in data} - {""})
    files = (
        DataFile(path=path, size=len(content), content=io.BytesIO(content))
        for path, content in data.items()
    )
    return [*(DataFile(path=folder) for folder in folders), *files]


def make_backup(path: Path, manifest: Manifest = MANIFEST, identity: str = "pepper") -> Path:
    """A backup of some data."""
    with new_pack(path) as pack:
        for engine, data in DATA.items():
            pack.add(engine, data_files(data), silent)
        pack.add_text(IDENTITY, identity)
        pack.finish(replace(manifest, parts=pack.parts))
    return path
