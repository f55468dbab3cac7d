"""Is it known where a checkout's stack had its history, whatever its settings say by now?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.whereabouts import (
    FILE_NAME,
    Place,
    at_place,
    forget_place,
    last_place,
    place_of,
    remember_place,
    way_back,
)
from provisioner.workspace import Workspace

HERE = Place(project="ours", home=Path("/data/ours"), runtime="docker")


@pytest.fixture
def own(workspace: Workspace) -> Workspace:
    """The stack that the checkout's settings name."""
    return replace(workspace, build=workspace.root / "build")


def test_nothing_is_known_of_a_stack_that_never_ran(own: Workspace) -> None:
    assert last_place(own) is None


def test_a_place_is_remembered_until_it_is_forgotten(own: Workspace) -> None:
    remember_place(own, "docker")
    assert last_place(own) == place_of(own, "docker")
    forget_place(own)
    assert last_place(own) is None


def test_another_name_does_not_hide_the_place(own: Workspace, tmp_path: Path) -> None:
    remember_place(own, "native")
    other = at_place(own, replace(HERE, home=tmp_path / "elsewhere"))
    assert other.settings.project == "ours"
    assert last_place(other) == place_of(own, "native")


def test_a_stack_named_on_the_command_line_leaves_the_note_alone(
    own: Workspace, workspace: Workspace
) -> None:
    remember_place(own, "docker")
    remember_place(workspace, "native")
    forget_place(workspace)
    assert last_place(own) == place_of(own, "docker")
    assert last_place(workspace) is None


def test_without_a_readable_note_the_stack_itself_knows_its_runtime(own: Workspace) -> None:
    (own.root / FILE_NAME).write_text("{", encoding="utf-8")
    save_applied(own.home, Applied(runtime="native"))
    assert last_place(own) == place_of(own, "native")


@pytest.mark.parametrize(
    ("there", "settings"),
    [
        (replace(HERE, runtime="native"), "RUNTIME=native"),
        (replace(HERE, home=Path("/data/old")), "STACK_DATA_DIR=/data/old"),
        (replace(HERE, project="old", home=Path("/data/old")), "STACK_PROJECT=old"),
        (replace(HERE, project="old", runtime="native"), "RUNTIME=native STACK_PROJECT=old"),
    ],
)
def test_the_way_back_names_what_was_changed(there: Place, settings: str) -> None:
    assert way_back(there, HERE).startswith(f"{settings} leads back to it; ")
