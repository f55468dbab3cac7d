"""Does the stack run, and under the runtime that was asked for?"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from provisioner.applied import load_applied
from provisioner.errors import Refused, StackNotRunning
from provisioner.runtime.choose import other_runtime
from provisioner.runtime.model import EngineState, Runtime
from provisioner.settings import RuntimeName
from provisioner.workspace import Workspace


def running_elsewhere(workspace: Workspace, runtime: Runtime) -> RuntimeName | None:
    """The runtime that was not asked for, if the stack runs under that one."""
    other = other_runtime(workspace, runtime.name)
    if other and any(state.is_running for state in other.states().values()):
        return other.name
    return None


def refuse_second_runtime(workspace: Workspace, runtime: Runtime) -> None:
    """Raise Refused when the stack runs under the runtime that was not asked for."""
    if other := running_elsewhere(workspace, runtime):
        raise Refused(
            f"this stack runs under the {other} runtime, whose data {runtime.name} cannot "
            f"read\n  next: RUNTIME={other} claude-otel down, or leave RUNTIME at {other}"
        )


def refuse_half_restored(workspace: Workspace) -> None:
    """Raise Refused when a restore was begun and has not come to its end."""
    if backup := load_applied(workspace.home).restoring:
        raise Refused(
            f"this stack holds a part of {backup}: restoring that was interrupted\n"
            f"  next: claude-otel restore {shlex.quote(backup)} --yes, or claude-otel clean"
        )


def require_running(workspace: Workspace, runtime: Runtime) -> Mapping[str, EngineState]:
    """The states of a stack that is up; raises Refused or StackNotRunning when it is not."""
    states = runtime.states()
    if not states:
        refuse_second_runtime(workspace, runtime)
        raise StackNotRunning(workspace.settings.project)
    return states
