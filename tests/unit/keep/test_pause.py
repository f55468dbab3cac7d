"""Do engines come back from a pause, whatever happens in it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.errors import Refused
from provisioner.keep import pause
from provisioner.keep.pause import await_ready, without
from provisioner.runtime.model import silent
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime
from tests.servers import FakeStack

STORES = ["loki", "prometheus"]


def _there(workspace: Workspace, fake_stack: FakeStack) -> Workspace:
    return replace(workspace, settings=fake_stack.settings)


def test_engines_are_away_and_come_back_in_the_opposite_order(
    workspace: Workspace, runtime: FakeRuntime, fake_stack: FakeStack
) -> None:
    with without(_there(workspace, fake_stack), runtime, STORES, silent) as away:
        assert runtime.calls == ["halt loki", "halt prometheus"]
    assert runtime.calls[2:] == ["resume prometheus", "resume loki"]
    assert away.seconds > 0


def test_they_come_back_when_what_is_done_meanwhile_fails(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    with pytest.raises(KeyboardInterrupt), without(workspace, runtime, STORES, silent):
        raise KeyboardInterrupt
    assert runtime.calls[2:] == ["resume prometheus", "resume loki"]


def test_one_comes_back_whose_stop_was_interrupted_and_the_next_is_left_alone(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.interrupted_at = "halt loki"
    with pytest.raises(KeyboardInterrupt), without(workspace, runtime, STORES, silent):
        pytest.fail("nothing is done with half of them stopped")
    assert runtime.calls == ["halt loki", "resume loki"]


def test_an_engine_that_does_not_answer_is_named_with_what_to_do(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pause, "READY_SECONDS", 0.0)
    with pytest.raises(Refused, match="loki was started, and is not ready"):
        await_ready(workspace, ["loki"], silent)
