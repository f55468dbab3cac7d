"""What would change, and why? Desired against observed, as a value that can be read and refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from provisioner.applied import Applied
from provisioner.placement import ENGINES, engine_of
from provisioner.runtime.model import EngineState, Source
from provisioner.versions import cannot_read

Verb = Literal[
    "leave", "obtain", "write", "remove", "deliver", "stop", "start", "restart", "reload"
]
FEW_BOARDS = 2
VERBS: tuple[Verb, ...] = (
    "leave",
    "obtain",
    "write",
    "remove",
    "deliver",
    "stop",
    "start",
    "restart",
    "reload",
)

RESCANNED = "grafana/dashboards/"
"""Grafana looks for changed boards itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How an engine is to run; `definition` is all else that makes a runtime replace it."""

    source: Source | None
    arguments: tuple[str, ...]
    definition: str

    @property
    def digest(self) -> str:
        """Changes when the engine has to be replaced."""
        identity = self.source.identity if self.source else ""
        return digest("\n".join([identity, *self.arguments, self.definition]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What the settings ask for; an engine that is left out should not run."""

    artifacts: Mapping[str, str]
    launches: Mapping[str, Launch]
    retention_days: Mapping[str, int]

    @property
    def versions(self) -> dict[str, str]:
        """Which version of each engine will write its data; those that tell none are left out."""
        found = {name: each.source.version for name, each in self.launches.items() if each.source}
        return {name: version for name, version in found.items() if version}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is there: rendered files, engines, and the note of what was applied last.

    `left_behind` names the history that this stack would start without, if there is any.
    """

    files: Mapping[str, str]
    states: Mapping[str, EngineState]
    applied: Applied
    left_behind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do, and why; an unsafe one has to be asked for."""

    verb: Verb
    subject: str
    reason: str
    is_unsafe: bool = False

    @property
    def order(self) -> tuple[int, int, str]:
        """Plans are sorted by this, never by discovery."""
        position = ENGINES.index(self.subject) if self.subject in ENGINES else -1
        return (VERBS.index(self.verb), position, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All changes, in the order in which they are made; empty when everything is as desired."""

    changes: tuple[Change, ...]

    @property
    def unsafe(self) -> tuple[Change, ...]:
        """The changes that a person has to say yes to."""
        return tuple(change for change in self.changes if change.is_unsafe)


def plan(desired: Desired, observed: Observed) -> Plan:
    """The changes from what is observed to what is desired."""
    changes = [*_file_changes(desired, observed), *_engine_changes(desired, observed)]
    if observed.left_behind:
        history = Change(
            verb="leave", subject="history", reason=observed.left_behind, is_unsafe=True
        )
        changes.append(history)
    needs_files = [change for change in changes if change.verb in {"start", "restart", "reload"}]
    boards = _boards_to_rescan(desired, observed)
    if needs_files or boards:
        readers = sorted({each.subject for each in needs_files}) + _counted(boards)
        reason = "for " + ", ".join(readers)
        changes.append(Change(verb="deliver", subject="rendered files", reason=reason))
    return Plan(changes=tuple(sorted(changes, key=lambda change: change.order)))


def _counted(boards: Sequence[str]) -> list[str]:
    """Boards by name, or how many when their names would fill the screen."""
    return list(boards) if len(boards) <= FEW_BOARDS else [f"{len(boards)} boards"]


def digest(text: str) -> str:
    """A short name of a content."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def files_of(engine: str, artifacts: Mapping[str, str]) -> dict[str, str]:
    """The digests of the files that an engine reads."""
    return {path: digest(text) for path, text in artifacts.items() if engine_of(path) == engine}


def _file_changes(desired: Desired, observed: Observed) -> Iterator[Change]:
    for path, text in desired.artifacts.items():
        if path not in observed.files:
            yield Change(verb="write", subject=path, reason="is not there yet")
        elif observed.files[path] != text:
            yield Change(verb="write", subject=path, reason="settings or template changed")
    for path in observed.files:
        if path not in desired.artifacts:
            yield Change(verb="remove", subject=path, reason="is no longer rendered")


def _engine_changes(desired: Desired, observed: Observed) -> Iterator[Change]:
    for engine, launch in desired.launches.items():
        if launch.source is None:
            reason = "is not here: will be pulled, or built from its Go module"
            yield Change(verb="obtain", subject=engine, reason=reason)
        yield from _engine_change(engine, desired, observed)
    for engine, state in observed.states.items():
        if engine not in desired.launches and state.is_running:
            reason = "is not part of the stack any more"
            yield Change(verb="stop", subject=engine, reason=reason, is_unsafe=True)


def _engine_change(engine: str, desired: Desired, observed: Observed) -> Iterator[Change]:
    state = observed.states.get(engine)
    applied = observed.applied
    risk = _shorter_retention(engine, desired, applied)
    if state is None or not state.is_running:
        why = f"is {state.detail}" if state else "is not running"
    elif state.is_orphan:
        why = "runs without its supervisor: will be stopped and started again"
    elif applied.launches.get(engine) != desired.launches[engine].digest:
        why = "its image, binary, arguments, ports, limits or keys changed"
    elif changed := _changed_files(engine, desired, applied):
        verb: Verb = "reload" if engine == "prometheus" else "restart"
        why = _unread(changed, desired) + risk
        yield Change(verb=verb, subject=engine, reason=why, is_unsafe=bool(risk))
        return
    else:
        return
    risk += _unreadable(engine, desired, applied)
    yield Change(verb="start", subject=engine, reason=why + risk, is_unsafe=bool(risk))


def _unread(changed: list[str], desired: Desired) -> str:
    new = ", ".join(path for path in changed if path in desired.artifacts)
    gone = ", ".join(path for path in changed if path not in desired.artifacts)
    parts = [f"has not read {new} yet" if new else "", f"has read {gone}, now gone" if gone else ""]
    return " and ".join(part for part in parts if part)


def _changed_files(engine: str, desired: Desired, applied: Applied) -> list[str]:
    changed = _differences(engine, desired, applied)
    return sorted(path for path in changed if not path.startswith(RESCANNED))


def _boards_to_rescan(desired: Desired, observed: Observed) -> list[str]:
    if "grafana" not in desired.launches:
        return []
    changed = _differences("grafana", desired, observed.applied)
    return sorted(path for path in changed if path.startswith(RESCANNED))


def _differences(engine: str, desired: Desired, applied: Applied) -> set[str]:
    wanted = files_of(engine, desired.artifacts).items()
    read = applied.files.get(engine, {}).items()
    return {path for path, _ in set(wanted) ^ set(read)}


def _shorter_retention(engine: str, desired: Desired, applied: Applied) -> str:
    before = applied.retention_days.get(engine, 0)
    after = desired.retention_days.get(engine, before)
    if after >= before:
        return ""
    return f"; it will keep {after} days instead of {before}: older data will be deleted"


def _unreadable(engine: str, desired: Desired, applied: Applied) -> str:
    reason = cannot_read(desired.versions.get(engine, ""), applied.versions.get(engine, ""))
    return f"; {reason}" if reason else ""
