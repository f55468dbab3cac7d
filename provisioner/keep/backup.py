"""How is a stack's data copied while telemetry arrives? The stores stop, the door hardly does.

First the stores stop: what they have acknowledged is on disk, and everything else waits in the
collector's queues. Then the collector stops, for as long as its queues are copied, and takes
telemetry again while the stores are. So each record is in the copy once: in a store, or in a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from provisioner import __version__
from provisioner.applied import load_applied
from provisioner.books.settled import settle
from provisioner.console import Console
from provisioner.errors import Refused
from provisioner.keep.manifest import IDENTITY, KEPT, SCHEMA, Manifest
from provisioner.keep.pack import Pack, new_pack
from provisioner.keep.pause import without
from provisioner.keep.totals import Totals, read_totals, settled_until
from provisioner.lock import changing, filling
from provisioner.runtime.model import EngineState, Runtime
from provisioner.workspace import Workspace

LOCK_SECONDS = 5.0
DOOR = "collector"
NEEDED = ("collector", "loki", "prometheus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made: its size, and for how long door and stores were away."""

    manifest: Manifest
    size: int
    door_seconds: float
    stores_seconds: float


def backup(
    workspace: Workspace,
    runtime: Runtime,
    states: Mapping[str, EngineState],
    target: Path,
    console: Console,
) -> Made:
    """Write a running stack's data into a file; the stack runs on, whatever happens."""
    _refuse_unfit(target, states)
    with filling(workspace, LOCK_SECONDS), changing(workspace):
        with console.step("Add up what is there") as report:
            totals = read_totals(workspace, settled_until(settle(workspace)), report)
        with new_pack(target) as pack:
            door, stores = _copy(workspace, runtime, states, pack, console)
            manifest = _manifest(workspace, runtime, pack, totals)
            pack.finish(manifest)
    size = target.stat().st_size
    return Made(manifest=manifest, size=size, door_seconds=door, stores_seconds=stores)


def _refuse_unfit(target: Path, states: Mapping[str, EngineState]) -> None:
    if target.exists():
        raise Refused(f"{target} is there already\n  next: choose another name, or move it away")
    if not target.parent.is_dir():
        raise Refused(f"{target.parent} is no directory\n  next: make it, or choose another place")
    if missing := [name for name in NEEDED if name not in states]:
        raise Refused(f"not there: {', '.join(missing)}\n  next: claude-otel up")
    if unfit := [name for name, each in states.items() if each.is_orphan or not each.is_running]:
        raise Refused(f"not running as it should: {', '.join(unfit)}\n  next: claude-otel up")


def _copy(
    workspace: Workspace,
    runtime: Runtime,
    states: Mapping[str, EngineState],
    pack: Pack,
    console: Console,
) -> tuple[float, float]:
    """Copy queues, then stores; returns for how many seconds the door and the stores were away."""
    stores = [engine for engine in KEPT if engine in states and engine != DOOR]
    with (
        console.step("Copy") as report,
        without(workspace, runtime, stores, report) as stores_pause,
    ):
        with without(workspace, runtime, [DOOR], report) as door_pause:
            pack.add(DOOR, runtime.read_data(DOOR), report)
            _add_identity(workspace, pack)
        for engine in stores:
            pack.add(engine, runtime.read_data(engine), report)
    return door_pause.seconds, stores_pause.seconds


def _add_identity(workspace: Workspace, pack: Pack) -> None:
    """Without it, people of the past and of the future would bear different hashes."""
    if workspace.identity_file.exists():
        pack.add_text(IDENTITY, workspace.identity_file.read_text(encoding="utf-8"))


def _manifest(workspace: Workspace, runtime: Runtime, pack: Pack, totals: Totals) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        stack_version=__version__,
        made_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        project=workspace.settings.project,
        runtime=runtime.name,
        engines=dict(load_applied(workspace.home).versions),
        parts=pack.parts,
        totals=totals,
    )
