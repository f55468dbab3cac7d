"""Which runtime is chosen, when, and what is said about it?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.errors import RuntimeUnavailable
from provisioner.runtime.choose import left_behind, open_runtime, other_runtime
from provisioner.runtime.model import Holding
from provisioner.settings import Settings
from provisioner.whereabouts import remember_place
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime
from tests.ports import free_ports


@pytest.fixture(autouse=True)
def _no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon answers."""
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{next(free_ports())}")


def _asking_for(workspace: Workspace, runtime: str) -> Workspace:
    settings = Settings.model_validate({**workspace.settings.model_dump(), "runtime": runtime})
    return replace(workspace, settings=settings)


def test_native_is_native(workspace: Workspace) -> None:
    assert open_runtime(_asking_for(workspace, "native"), print).name == "native"


def test_docker_that_cannot_be_had_is_an_error_with_a_way_out(workspace: Workspace) -> None:
    with pytest.raises(RuntimeUnavailable, match="RUNTIME=native"):
        open_runtime(_asking_for(workspace, "docker"), print)


def test_auto_does_without_docker_where_there_is_none_and_says_so_once(
    workspace: Workspace,
) -> None:
    told: list[str] = []
    runtime = open_runtime(workspace, told.append)
    assert runtime.name == "native"
    assert len(told) == 1
    assert told[0].startswith("engines run natively, because no Docker daemon answers")


def test_auto_stays_with_docker_even_when_its_daemon_is_away(workspace: Workspace) -> None:
    save_applied(workspace.home, Applied(runtime="docker"))
    with pytest.raises(RuntimeUnavailable):
        open_runtime(workspace, print)


def test_auto_stays_with_native_without_asking_for_docker(workspace: Workspace) -> None:
    save_applied(workspace.home, Applied(runtime="native"))
    told: list[str] = []
    assert open_runtime(workspace, told.append).name == "native"
    assert told == []


@pytest.mark.parametrize(
    ("last", "now", "other"),
    [("", "docker", None), ("native", "native", None), ("native", "docker", "native")],
)
def test_the_other_runtime_is_the_one_that_was_used_last(
    workspace: Workspace, last: str, now: str, other: str | None
) -> None:
    save_applied(workspace.home, Applied(runtime=last))
    found = other_runtime(workspace, "docker" if now == "docker" else "native")
    assert (found.name if found else None) == other


def test_another_runtime_that_is_away_runs_nothing(workspace: Workspace) -> None:
    save_applied(workspace.home, Applied(runtime="docker"))
    assert other_runtime(workspace, "native") is None


def test_a_stack_that_starts_where_its_history_is_leaves_none_behind(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    assert left_behind(workspace, runtime) == ""
    save_applied(workspace.home, Applied(runtime="native"))
    assert left_behind(workspace, runtime) == ""


def test_history_that_docker_may_hold_is_not_forgotten_while_its_daemon_is_away(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    save_applied(workspace.home, Applied(runtime="docker"))
    said = left_behind(workspace, runtime)
    assert "Docker's volumes of claude-otel, which cannot be seen now (no Docker daemon" in said
    assert "RUNTIME=docker leads back to it" in said


def test_history_under_another_name_is_seen_as_long_as_it_is_there(
    workspace: Workspace, runtime: FakeRuntime, tmp_path: Path
) -> None:
    own = replace(workspace, build=workspace.root / "build")
    remember_place(own, "native")
    data = own.home / "data"
    data.mkdir(parents=True)
    moved = replace(own, home=tmp_path / "moved")
    said = left_behind(moved, runtime)
    assert said.startswith(f"this stack would start empty: it is in {data}. STACK_DATA_DIR=")
    data.rmdir()
    assert left_behind(moved, runtime) == ""


def test_a_stack_with_data_of_its_own_may_be_returned_to(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    save_applied(workspace.home, Applied(runtime="docker"))
    runtime.kept = [Holding(kind="directory", name="data")]
    assert left_behind(workspace, runtime) == ""


def test_a_disk_that_is_not_mounted_does_not_look_like_a_new_stack(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    own = replace(workspace, build=workspace.root / "build")
    remember_place(own, "native")
    assert "and is not there now (a disk away?)" in left_behind(own, runtime)


def test_another_daemon_does_not_look_like_a_new_stack(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    own = replace(workspace, build=workspace.root / "build")
    remember_place(own, "docker")
    runtime.name = "docker"
    said = left_behind(own, runtime)
    assert "it was in Docker's volumes of claude-otel, and is not there now" in said
