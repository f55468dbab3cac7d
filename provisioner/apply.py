"""How does a plan come true? The only module that changes anything: files first, then engines."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from provisioner.applied import Applied, load_applied, save_applied
from provisioner.errors import Refused
from provisioner.files import write_atomically
from provisioner.keys import key_file, make_keys, token_file
from provisioner.plan import Change, Desired, Plan, files_of
from provisioner.ports import require_free_ports
from provisioner.runtime.model import Delivery, Report, Runtime, Source
from provisioner.whereabouts import remember_place
from provisioner.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a plan is applied: the stack, its runtime, and what it should become."""

    workspace: Workspace
    runtime: Runtime
    desired: Desired

    @property
    def sources(self) -> dict[str, Source]:
        launches = self.desired.launches.items()
        return {engine: launch.source for engine, launch in launches if launch.source}


def apply(plan: Plan, stage: Stage, report: Report, *, accept_unsafe: bool = False) -> None:
    """Make all changes, in the plan's order.

    Everything that can be refused is refused before the first change. An interrupted run leaves a
    state that the next plan starts from.
    """
    if plan.unsafe and not accept_unsafe:
        reasons = "\n".join(f"  {each.subject}: {each.reason}" for each in plan.unsafe)
        raise Refused(f"this needs your word:\n{reasons}\n  next: repeat with --yes")
    _check(plan, stage, report)
    for verb, group in groupby(plan.changes, key=attrgetter("verb")):
        changes = tuple(group)
        for change in changes:
            report(f"{change.verb} {change.subject}: {change.reason}")
            if verb != "start":
                _make(change, stage)
        if verb == "start":
            _start([change.subject for change in changes], stage, report)
    _remember_settings(stage)


def _check(plan: Plan, stage: Stage, report: Report) -> None:
    """Refuse a plan whose ports are taken or whose configs an engine would reject."""
    starting = {change.subject for change in plan.changes if change.verb == "start"}
    require_free_ports(starting, stage.workspace.settings, stage.runtime)
    touched = {change.subject for change in plan.changes if change.verb in _NEW_CONFIG}
    check_configs(touched, stage, report)


def check_configs(engines: Iterable[str], stage: Stage, report: Report) -> None:
    """Let these engines check their configs; raises ArtifactRejected at the first wrong one."""
    # A config that reads a secret cannot be checked without it.
    stack_secrets(stage.workspace, stage.runtime)
    for engine in sorted(stage.sources.keys() & engines):
        report(f"checking the config of {engine}")
        files = files_by_engine(engine, stage.desired.artifacts)
        stage.runtime.validate(engine, stage.sources[engine], files)


def files_by_engine(engine: str, artifacts: Mapping[str, str]) -> dict[str, str]:
    """The rendered files that an engine reads."""
    paths = files_of(engine, artifacts)
    return {path: artifacts[path] for path in paths}


_NEW_CONFIG = {"start", "restart", "reload"}


def _make(change: Change, stage: Stage) -> None:
    workspace, runtime, subject = stage.workspace, stage.runtime, change.subject
    match change.verb:
        case "leave":
            return  # what is there stays there; a person has said that this may start without it
        case "obtain":
            raise Refused(
                f"{subject} is not here yet: run `claude-otel up`, which obtains it first"
            )
        case "write":
            write_atomically(workspace.build / subject, stage.desired.artifacts[subject])
        case "remove":
            (workspace.build / subject).unlink(missing_ok=True)
        case "deliver":
            secret = stack_secrets(workspace, runtime)
            delivery = Delivery(artifacts=stage.desired.artifacts, secrets=secret)
            # From here on there is something that only this runtime knows of.
            _save(stage, load_applied(workspace.home))
            runtime.deliver(delivery, stage.sources)
            remember_place(workspace, runtime.name)
        case "stop":
            runtime.remove(subject)
            _save(stage, load_applied(workspace.home).without_engine(subject))
        case "restart":
            runtime.restart(subject)
            _remember(stage, subject)
        case "reload":
            runtime.reload(subject)
            _remember(stage, subject)


def _start(engines: Sequence[str], stage: Stage, report: Report) -> None:
    if "collector" in engines:
        _set_aside(stage, report)
    # In one call: one after the other, each would be replaced along with the next.
    stage.runtime.start(engines, stage.sources)
    for engine in engines:
        _remember(stage, engine)


def _set_aside(stage: Stage, report: Report) -> None:
    """The collector does not start with a queue that it cannot open."""
    found = stage.runtime.set_queues_aside(stage.sources)
    for name in found:
        report(f"set aside, for it could not be opened: {name}")
    applied = load_applied(stage.workspace.home)
    _save(stage, replace(applied, set_aside=(*applied.set_aside, *found)))


def stack_secrets(workspace: Workspace, runtime: Runtime) -> dict[str, str]:
    """Secrets by the path at which engines read them; made once, kept private."""
    at = runtime.placement
    make_keys(workspace.home)
    files = dict.fromkeys(at.keys.values(), key_file(workspace.home))
    files[at.ingest_token] = token_file(workspace.home)
    if workspace.settings.identity == "hash":
        files[at.identity_secret] = _identity_secret(workspace)
    found = {path: file.read_text(encoding="utf-8") for path, file in files.items()}
    if password := workspace.settings.grafana.password:
        found[at.grafana_password] = password.get_secret_value()
    return found


def _identity_secret(workspace: Workspace) -> Path:
    kept = workspace.identity_file
    if not kept.exists():
        write_atomically(kept, secrets.token_hex(32), mode=0o600)
    return kept


def _remember(stage: Stage, engine: str) -> None:
    launch = stage.desired.launches[engine].digest
    files = files_of(engine, stage.desired.artifacts)
    applied = load_applied(stage.workspace.home).with_engine(engine, launch, files)
    version = stage.desired.versions.get(engine)
    versions = {**applied.versions, **({engine: version} if version else {})}
    _save(stage, replace(applied, versions=versions))


def _remember_settings(stage: Stage) -> None:
    applied = load_applied(stage.workspace.home)
    retention = stage.desired.retention_days
    if "grafana" in stage.desired.launches and "grafana" in applied.launches:
        files = files_of("grafana", stage.desired.artifacts)
        applied = applied.with_engine("grafana", applied.launches["grafana"], files)
    _save(stage, replace(applied, retention_days=retention))


def _save(stage: Stage, applied: Applied) -> None:
    save_applied(stage.workspace.home, replace(applied, runtime=stage.runtime.name))
