"""Which engines of a stack run although no supervisord watches over them, and how do they end?

Whoever kills supervisord leaves its engines behind. They are known by the argument that names a
config in this stack's home; so is a supervisord that lives but no longer answers on its socket.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from provisioner.errors import Refused
from provisioner.launch import stop_signal
from provisioner.placement import ENGINES
from provisioner.runtime.model import Report
from provisioner.runtime.supervisord import STOP_SECONDS, Supervisord, wait_until

SUPERVISORD = "supervisord"
KILL_SECONDS = 10.0
_STOP_ORDER = (SUPERVISORD, *reversed(ENGINES))
"""It would start again what is stopped; then the door closes before the stores flush."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A process of the stack that nobody watches over: an engine, or a deaf supervisord."""

    name: str
    process: psutil.Process


def find_orphans(home: Path) -> list[Orphan]:
    """The orphans of the stack at `home`, in the order in which they should be stopped."""
    candidates = sorted(_of_stack(home), key=lambda each: _STOP_ORDER.index(each.name))
    if not candidates:
        return []
    watcher = Supervisord(home=home).pid()
    return [each for each in candidates if not _is_watched(each.process, watcher)]


def stop_orphan(orphan: Orphan, report: Report) -> None:
    """End an orphan, letting it flush; one that does not end in time is killed."""
    process = orphan.process
    report(f"stopping {orphan.name} (process {process.pid}), which runs without its supervisor")
    try:
        process.send_signal(getattr(signal, f"SIG{stop_signal(orphan.name)}"))
        if not wait_until(lambda: _has_ended(process), STOP_SECONDS):
            process.kill()
            wait_until(lambda: _has_ended(process), KILL_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise Refused(
            f"{orphan.name} (process {process.pid}) runs without its supervisor and belongs to "
            "another user\n  next: run the command as that user"
        ) from error


def _of_stack(home: Path) -> Iterator[Orphan]:
    for process in psutil.process_iter(["cmdline"]):
        if name := _name(process.info["cmdline"] or [], home):
            yield Orphan(name=name, process=process)


def _name(command: list[str], home: Path) -> str:
    """What a command line runs: an engine or the supervisord of this stack, or neither."""
    if "supervisor.supervisord" in command and str(Supervisord(home=home).config_path) in command:
        return SUPERVISORD
    # An editor that has a config open names it too, but not as the value of an option.
    named = [each.partition("=")[2] for each in command if each.startswith("-")]
    found = (name for name in ENGINES if any(_is_below(home, name, each) for each in named))
    return next(found, "")


def _is_below(home: Path, engine: str, path: str) -> bool:
    return path.startswith(f"{home}/config/{engine}/")


def _is_watched(process: psutil.Process, watcher: int | None) -> bool:
    """Whether a supervisord that answers started it, or is it."""
    try:
        ancestors = {process.pid, *(each.pid for each in process.parents())}
    except psutil.Error:
        return True  # it has just ended, or is not ours to see
    return watcher in ancestors


def _has_ended(process: psutil.Process) -> bool:
    # One whose parent does not care stays as a zombie.
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
