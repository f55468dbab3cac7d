"""How does a stack come up? The steps of `up`, from finding engines to a proven round trip."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.apply import Stage, apply
from provisioner.console import Console
from provisioner.desire import desire, engines_here, observe
from provisioner.keys import make_keys
from provisioner.placement import ENGINES
from provisioner.plan import Observed, Plan, plan
from provisioner.running import refuse_half_restored, refuse_second_runtime
from provisioner.runtime.model import Runtime
from provisioner.verify import VERIFY_SECONDS, Verification, verify
from provisioner.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What `up` did: the plan it applied, the engines it used, and what verifying found."""

    plan: Plan
    stage: Stage
    verification: Verification


def up(workspace: Workspace, runtime: Runtime, console: Console, *, accept_unsafe: bool) -> Outcome:
    """Bring the stack to what the settings ask for, and prove it."""
    refuse_second_runtime(workspace, runtime)
    refuse_half_restored(workspace)
    with console.step("Engines") as report:
        sources = {engine: runtime.obtain(engine, report) for engine in ENGINES}
    with console.step("Plan"):
        make_keys(workspace.home)  # what is planned depends on them
        desired = desire(workspace, runtime, sources)
        observed = observe(workspace, runtime)
        changes = plan(desired, observed)
    _tell_of_orphans(observed, console)
    stage = Stage(workspace=workspace, runtime=runtime, desired=desired)
    with console.step(f"Apply {_count(changes)}") as report:
        apply(changes, stage, report, accept_unsafe=accept_unsafe)
    with console.step("Verify") as step:
        with_grafana = "grafana" in desired.launches
        verification = verify(
            workspace, with_grafana=with_grafana, seconds=VERIFY_SECONDS, report=step
        )
        step.is_ok = verification.is_ok
    return Outcome(plan=changes, stage=stage, verification=verification)


def preview(workspace: Workspace, runtime: Runtime) -> Plan:
    """The plan that `up` would apply now; nothing is pulled, built or changed."""
    refuse_second_runtime(workspace, runtime)
    refuse_half_restored(workspace)
    desired = desire(workspace, runtime, engines_here(runtime))
    return plan(desired, observe(workspace, runtime))


def _tell_of_orphans(observed: Observed, console: Console) -> None:
    names = [state.engine for state in observed.states.values() if state.is_orphan]
    if names:
        console.say(f"running without a supervisor, taken over: {', '.join(names)}")


def _count(changes: Plan) -> str:
    count = len(changes.changes)
    return f"{count} change{'s' if count != 1 else ''}" if count else "nothing"
