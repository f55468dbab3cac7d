"""Where did this checkout's stack keep its history the last time?

The name of the stack, its data directory and its runtime lead there. Who changes one of them would
find an empty stack, and think that all was lost.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from provisioner.applied import load_applied
from provisioner.files import write_atomically
from provisioner.settings import RuntimeName
from provisioner.workspace import BUILD, Workspace

FILE_NAME = ".claude-otel.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What leads to a stack's history."""

    project: str
    home: Path
    runtime: RuntimeName


_NOTE = TypeAdapter(Place)


def place_of(workspace: Workspace, runtime: RuntimeName) -> Place:
    """The place of a stack under a runtime."""
    return Place(project=workspace.settings.project, home=workspace.home, runtime=runtime)


def at_place(workspace: Workspace, place: Place) -> Workspace:
    """The stack that is at a place, with this one's other settings."""
    settings = workspace.settings.model_copy(update={"project": place.project})
    return replace(workspace, settings=settings, home=place.home)


def noted_place(workspace: Workspace) -> Place | None:
    """Where the checkout's stack had its history, by the checkout's note."""
    if not _is_own(workspace):
        return None
    try:
        return _NOTE.validate_json((workspace.root / FILE_NAME).read_bytes())
    except (OSError, ValueError):
        return None  # from before there were notes, or not ours


def last_place(workspace: Workspace) -> Place | None:
    """Where the history was the last time; None when nothing is known of one."""
    if noted := noted_place(workspace):
        return noted
    match load_applied(workspace.home).runtime:
        case "docker" | "native" as runtime:
            return place_of(workspace, runtime)
    return None


def remember_place(workspace: Workspace, runtime: RuntimeName) -> None:
    """Note where the checkout's stack has its history from now on."""
    if _is_own(workspace):
        text = json.dumps(asdict(place_of(workspace, runtime)), default=str, sort_keys=True)
        write_atomically(workspace.root / FILE_NAME, f"{text}\n")


def forget_place(workspace: Workspace) -> None:
    """There is no history any more."""
    if _is_own(workspace):
        (workspace.root / FILE_NAME).unlink(missing_ok=True)


def way_back(last: Place, here: Place) -> str:
    """What was changed, and how to have the history here."""
    changed = {
        "RUNTIME": (last.runtime, here.runtime),
        "STACK_PROJECT": (last.project, here.project),
        "STACK_DATA_DIR": (str(last.home), str(here.home)),
    }
    back = [f"{name}={was}" for name, (was, now) in changed.items() if was != now]
    # The directory's default follows from the name: one of them leads back.
    if last.project != here.project:
        back = [each for each in back if not each.startswith("STACK_DATA_DIR")]
    settings = " ".join(back)
    return (
        f"{settings} leads back to it; `claude-otel backup` there and `claude-otel restore` here "
        "bring it along"
    )


def data_of(place: Place) -> str:
    """How a person calls the data at a place."""
    if place.runtime == "docker":
        return f"Docker's volumes of {place.project}"
    return str(place.home / "data")


def lost(here: Place) -> str:
    """What to say of history that is not where it was."""
    cause = "another Docker context or daemon?" if here.runtime == "docker" else "a disk away?"
    return (
        f"this stack would start empty: it was in {data_of(here)}, and is not there now ({cause}); "
        "`claude-otel restore` brings a backup of it back"
    )


def _is_own(workspace: Workspace) -> bool:
    """Whether it is the stack of the checkout's settings, not one named on the command line."""
    return workspace.build == workspace.root / BUILD
