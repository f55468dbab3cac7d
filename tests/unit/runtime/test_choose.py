"""Which runtime is chosen, when, and what is said about it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.errors import RuntimeUnavailable
from provisioner.runtime.choose import open_runtime, other_runtime
from provisioner.settings import Settings
from provisioner.workspace import Workspace
from tests.fakes import free_ports


@pytest.fixture(autouse=True)
def _no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon answers."""
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_ports()['loki']}")


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
