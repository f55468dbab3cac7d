"""How does a backup become a running stack again? Checked first, compared afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from provisioner.applied import Applied, load_applied, save_applied
from provisioner.apply import Stage, apply, check_configs
from provisioner.console import Console
from provisioner.desire import desire, observe
from provisioner.errors import Refused
from provisioner.files import write_atomically
from provisioner.keep.backup import DOOR, LOCK_SECONDS
from provisioner.keep.pack import megabytes
from provisioner.keep.pause import await_ready
from provisioner.keep.totals import Totals, differences, read_totals
from provisioner.keep.unpack import Backup, data_of, open_backup, understood
from provisioner.lock import changing, filling
from provisioner.placement import ENGINES
from provisioner.plan import Plan, plan
from provisioner.ports import require_free_ports
from provisioner.running import refuse_second_runtime
from provisioner.runtime.model import Report, Runtime
from provisioner.up import Outcome, up
from provisioner.versions import cannot_read
from provisioner.workspace import Workspace

SPARE_BYTES = 200_000_000
"""What the stores need beside their data to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it: what the stores hold now, where they differ from the backup, and `up`."""

    totals: Totals
    differences: Sequence[str]
    outcome: Outcome


def checked(path: Path, console: Console) -> Backup:
    """A backup that is whole and of a kind we know; raises Refused otherwise."""
    with console.step("Check the backup") as report:
        return open_backup(path, report)


def restore(workspace: Workspace, runtime: Runtime, backup: Backup, console: Console) -> Restored:
    """Put a backup in the place of all data of a stack, compare, and bring the stack up."""
    refuse_second_runtime(workspace, runtime)
    _refuse_too_large(runtime, backup)
    with ExitStack() as held:
        held.enter_context(filling(workspace, LOCK_SECONDS))
        held.enter_context(changing(workspace))
        stage = _stage(workspace, runtime, backup, console)
        with console.step("Restore") as report:
            _replace(stage, backup, report)
        with console.step("Compare with the backup") as report:
            # The door stays closed: what waits in the queues has not been delivered yet.
            await_ready(
                workspace, [each for each in stage.desired.launches if each != DOOR], report
            )
            totals = read_totals(workspace, backup.manifest.totals.until, report)
            found = differences(backup.manifest.totals, totals)
            report.is_ok = not found
        note = load_applied(workspace.home)
        save_applied(workspace.home, replace(note, restoring=""))
        outcome = up(workspace, runtime, console, accept_unsafe=False)
    return Restored(totals=totals, differences=found, outcome=outcome)


def _refuse_too_large(runtime: Runtime, backup: Backup) -> None:
    needed, free = backup.manifest.bytes + SPARE_BYTES, runtime.free_bytes()
    if free is not None and free < needed:
        raise Refused(
            f"{backup.path} needs {megabytes(needed)} of disk space, and {megabytes(free)} are "
            "free; nothing was changed\n  next: make room, and repeat"
        )


def _stage(workspace: Workspace, runtime: Runtime, backup: Backup, console: Console) -> Stage:
    """What is to run; raises whatever would keep it from starting, before any change."""
    with console.step("Engines") as report:
        sources = {engine: runtime.obtain(engine, report) for engine in ENGINES}
        for engine, wrote in backup.manifest.engines.items():
            source = sources.get(engine)
            if reason := cannot_read(source.version if source else "", wrote):
                raise Refused(
                    f"{backup.path}: {engine}: {reason}; nothing was changed\n"
                    f"  next: restore it with the engines that wrote it, or newer ones of the "
                    "same major version"
                )
        desired = desire(workspace, runtime, sources)
        stage = Stage(workspace=workspace, runtime=runtime, desired=desired)
        require_free_ports(set(desired.launches), workspace.settings, runtime)
        check_configs(desired.launches, stage, report)
    return stage


def _replace(stage: Stage, backup: Backup, report: Report) -> None:
    workspace, runtime = stage.workspace, stage.runtime
    if runtime.states():
        runtime.stop(report)
    save_applied(workspace.home, Applied(runtime=runtime.name, restoring=str(backup.path)))
    runtime.delete()
    if backup.identity is not None:
        write_atomically(workspace.identity_file, backup.identity, mode=0o600)
    changes = plan(stage.desired, observe(workspace, runtime)).changes
    starts = tuple(each for each in changes if each.verb == "start" and each.subject != DOOR)
    files = tuple(change for change in changes if change.verb not in {"start", "leave"})
    apply(Plan(changes=files), stage, report)
    for engine, data in data_of(backup, report):
        with understood(backup.path):
            runtime.write_data(engine, data, stage.sources)
    note = load_applied(workspace.home)
    save_applied(workspace.home, replace(note, versions=backup.manifest.engines))
    apply(Plan(changes=starts), stage, report)
