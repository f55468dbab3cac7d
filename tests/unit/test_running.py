"""Is a stack found where it runs, and is one that runs elsewhere named with the way there?"""

from __future__ import annotations

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.errors import Refused, StackNotRunning
from provisioner.running import (
    refuse_half_restored,
    refuse_second_runtime,
    require_running,
    running_elsewhere,
)
from provisioner.runtime.native import NativeRuntime
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, running


@pytest.fixture
def elsewhere(
    workspace: Workspace, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> FakeRuntime:
    """Docker, for a stack that runs natively."""
    save_applied(workspace.home, Applied(runtime="native"))
    monkeypatch.setattr(NativeRuntime, "states", lambda _: running("loki"))
    runtime.name = "docker"
    return runtime


def test_a_stack_that_runs_has_states(workspace: Workspace, runtime: FakeRuntime) -> None:
    runtime.engines = running("loki")
    assert require_running(workspace, runtime) == running("loki")


def test_a_stack_that_runs_nowhere_is_not_running(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    assert running_elsewhere(workspace, runtime) is None
    with pytest.raises(StackNotRunning):
        require_running(workspace, runtime)


def test_a_stack_that_runs_elsewhere_is_named_with_the_command(
    workspace: Workspace, elsewhere: FakeRuntime
) -> None:
    assert running_elsewhere(workspace, elsewhere) == "native"
    with pytest.raises(Refused, match="runs under the native runtime"):
        require_running(workspace, elsewhere)
    with pytest.raises(Refused, match="RUNTIME=native claude-otel down"):
        refuse_second_runtime(workspace, elsewhere)


def test_a_half_restored_stack_is_not_started(workspace: Workspace) -> None:
    refuse_half_restored(workspace)
    save_applied(workspace.home, Applied(restoring="/backups/my kept.tar.gz"))
    with pytest.raises(Refused, match=r"claude-otel restore '/backups/my kept[.]tar[.]gz' --yes"):
        refuse_half_restored(workspace)
