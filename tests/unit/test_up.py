"""Are the steps of `up` taken in order, and does a second stack under it stop it?"""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console as RichConsole

from provisioner.applied import Applied, save_applied
from provisioner.console import Console
from provisioner.dashboards import DASHBOARDS
from provisioner.errors import Refused
from provisioner.plan import Plan
from provisioner.runtime.native import NativeRuntime
from provisioner.up import preview, up
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, running
from tests.servers import Answer, FakeStack

pytestmark = pytest.mark.usefixtures("_one_board")

FILES = 7 + len(DASHBOARDS)
"""Files of the engines that are here, the boards and the client's."""
CHANGES = FILES + 1 + 4
"""They are written and delivered, and four engines are started."""


@pytest.fixture
def console() -> Console:
    return Console(out=RichConsole(file=io.StringIO(), highlight=False, width=200))


def _told(console: Console) -> list[str]:
    assert isinstance(console.out.file, io.StringIO)
    return [line.partition(" (")[0] for line in console.out.file.getvalue().splitlines()]


def _reachable(workspace: Workspace, runtime: FakeRuntime, stack: FakeStack) -> Workspace:
    """The workspace with the ports at which the stand-ins answer; they are ours already."""
    runtime.settings = stack.settings
    return replace(workspace, settings=stack.settings)


def test_up_applies_the_plan_and_proves_it(
    workspace: Workspace, runtime: FakeRuntime, fake_stack: FakeStack, console: Console
) -> None:
    runtime.engines = running(*runtime.here)
    outcome = up(_reachable(workspace, runtime, fake_stack), runtime, console, accept_unsafe=False)
    assert outcome.verification.is_ok
    assert runtime.calls == ["deliver", "start loki prometheus collector gateway"]
    assert _told(console) == ["✓ Engines", "✓ Plan", f"✓ Apply {CHANGES} changes", "✓ Verify"]


def test_up_changes_nothing_the_second_time(
    workspace: Workspace, runtime: FakeRuntime, fake_stack: FakeStack, console: Console
) -> None:
    reachable = _reachable(workspace, runtime, fake_stack)
    runtime.engines = running(*runtime.here)
    up(reachable, runtime, console, accept_unsafe=False)
    calls = list(runtime.calls)
    outcome = up(reachable, runtime, console, accept_unsafe=False)
    assert outcome.plan == Plan(changes=())
    assert runtime.calls == calls
    assert _told(console)[-2:] == ["✓ Apply nothing", "✓ Verify"]


def test_up_says_which_engines_it_takes_over(
    workspace: Workspace, runtime: FakeRuntime, fake_stack: FakeStack, console: Console
) -> None:
    runtime.engines = {
        name: replace(state, is_orphan=True) for name, state in running(*runtime.here).items()
    }
    up(_reachable(workspace, runtime, fake_stack), runtime, console, accept_unsafe=False)
    names = "loki, prometheus, collector, gateway"
    assert f"running without a supervisor, taken over: {names}" in _told(console)
    assert runtime.calls == ["deliver", "start loki prometheus collector gateway"]


def test_a_step_that_fails_is_marked_and_the_next_are_not_taken(
    workspace: Workspace, runtime: FakeRuntime, console: Console
) -> None:
    runtime.interrupted_at = "start loki prometheus collector gateway"
    with pytest.raises(KeyboardInterrupt):
        up(workspace, runtime, console, accept_unsafe=False)
    assert _told(console) == ["✓ Engines", "✓ Plan", f"✗ Apply {CHANGES} changes"]


def test_a_stack_that_is_not_proven_is_marked(
    workspace: Workspace, runtime: FakeRuntime, fake_stack: FakeStack, console: Console
) -> None:
    runtime.engines = running(*runtime.here)
    fake_stack.instead["/api/v1/query_range"] = Answer(status=422, body=b"no")
    up(_reachable(workspace, runtime, fake_stack), runtime, console, accept_unsafe=False)
    assert _told(console)[-1] == "✗ Verify"


def test_a_preview_is_the_plan_of_up_and_changes_nothing(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    changes = preview(workspace, runtime).changes
    assert [change.verb for change in changes] == ["write"] * FILES + ["deliver"] + ["start"] * 4
    assert runtime.calls == []
    assert not workspace.build.exists()
    assert not workspace.home.exists()


def test_up_is_refused_while_the_same_stack_runs_under_the_other_runtime(
    workspace: Workspace,
    runtime: FakeRuntime,
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_applied(workspace.home, Applied(runtime="native"))
    monkeypatch.setattr(NativeRuntime, "states", lambda _: running("loki"))
    runtime.name = "docker"
    with pytest.raises(Refused, match="RUNTIME=native claude-otel down"):
        up(workspace, runtime, console, accept_unsafe=False)
    assert runtime.calls == []


def test_up_leaves_the_other_runtimes_history_only_when_told(
    workspace: Workspace,
    runtime: FakeRuntime,
    fake_stack: FakeStack,
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whether a daemon runs on this machine must not matter here.
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    reachable = _reachable(workspace, runtime, fake_stack)
    save_applied(workspace.home, Applied(runtime="docker"))
    runtime.engines = running(*runtime.here)
    with pytest.raises(Refused, match="RUNTIME=docker leads back to it"):
        up(reachable, runtime, console, accept_unsafe=False)
    assert up(reachable, runtime, console, accept_unsafe=True).verification.is_ok
