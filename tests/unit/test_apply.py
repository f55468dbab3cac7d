"""Does a plan come true in order, all of it or none, and can it be gone on with?"""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from provisioner.applied import Applied, load_applied
from provisioner.apply import Stage, apply, files_by_engine
from provisioner.desire import desire, observe
from provisioner.errors import ArtifactRejected, PortsInUse, Refused
from provisioner.files import read_tree
from provisioner.keys import key_file, make_keys
from provisioner.placement import ENGINES
from provisioner.plan import Plan, plan
from provisioner.runtime.model import Holding
from provisioner.settings import Grafana, Loki, Ports, Settings
from provisioner.whereabouts import remember_place
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, source

FIRST_CALLS = ["deliver", "start loki prometheus collector gateway"]


def _stage(workspace: Workspace, runtime: FakeRuntime) -> Stage:
    make_keys(workspace.home)
    wanted = {name: runtime.locate(name) for name in ENGINES}
    return Stage(workspace=workspace, runtime=runtime, desired=desire(workspace, runtime, wanted))


def _plan(workspace: Workspace, runtime: FakeRuntime) -> Plan:
    return plan(_stage(workspace, runtime).desired, observe(workspace, runtime))


def _apply(workspace: Workspace, runtime: FakeRuntime, *, accept_unsafe: bool = False) -> list[str]:
    """Bring the stack to what the settings say; returns what was reported."""
    told: list[str] = []
    stage = _stage(workspace, runtime)
    changes = plan(stage.desired, observe(workspace, runtime))
    apply(changes, stage, told.append, accept_unsafe=accept_unsafe)
    return told


def _changed(workspace: Workspace, **values: object) -> Workspace:
    settings = workspace.settings.model_copy(update=values)
    return replace(workspace, settings=settings)


def _everything(workspace: Workspace) -> dict[str, str]:
    """What is rendered and noted; keys are there before there is a plan."""
    kept = read_tree(workspace.home).items()
    noted = {path: text for path, text in kept if not path.startswith("secrets/")}
    return read_tree(workspace.build) | noted


def test_files_come_first_then_engines_in_their_order(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    _apply(workspace, runtime)
    assert runtime.calls == FIRST_CALLS
    assert runtime.delivered is not None
    assert runtime.delivered.artifacts == read_tree(workspace.build)


def test_each_change_is_reported_with_its_reason(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    told = _apply(workspace, runtime)
    assert told[:5] == [
        "checking the config of collector",
        "checking the config of gateway",
        "checking the config of loki",
        "checking the config of prometheus",
        "write client.sh: is not there yet",
    ]
    assert told[-1] == "start gateway: is not running"


def test_a_plan_after_an_applied_plan_is_empty(workspace: Workspace, runtime: FakeRuntime) -> None:
    _apply(workspace, runtime)
    assert _plan(workspace, runtime) == Plan(changes=())


def test_a_plan_after_an_applied_plan_is_empty_with_grafana_too(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.here["grafana"] = source("grafana")
    _apply(workspace, runtime)
    assert runtime.calls == ["deliver", "start loki prometheus collector gateway grafana"]
    assert _plan(workspace, runtime) == Plan(changes=())


def test_a_changed_board_is_delivered_once(workspace: Workspace, runtime: FakeRuntime) -> None:
    runtime.here["grafana"] = source("grafana")
    _apply(workspace, runtime)
    stage = _stage(workspace, runtime)
    board = "grafana/dashboards/overview.json"
    desired = replace(
        stage.desired, artifacts={**stage.desired.artifacts, board: '{"title": "x"}\n'}
    )
    apply(plan(desired, observe(workspace, runtime)), replace(stage, desired=desired), print)
    assert runtime.calls[2:] == ["deliver"]
    assert plan(desired, observe(workspace, runtime)) == Plan(changes=())


def test_changed_settings_reload_or_restart_what_reads_them_and_then_nothing_is_left(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    _apply(workspace, runtime)
    runtime.here["grafana"] = source("grafana")  # so that Prometheus scrapes it
    _apply(_changed(workspace, identity="none"), runtime)
    assert runtime.calls[2:] == [
        "deliver",
        "start grafana",
        "restart collector",
        "reload prometheus",
    ]
    assert _plan(_changed(workspace, identity="none"), runtime) == Plan(changes=())


def test_an_unsafe_plan_is_refused_before_anything_changes(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    _apply(workspace, runtime)
    before = _everything(workspace)
    with pytest.raises(Refused, match="will keep 30 days instead of 400") as caught:
        _apply(_changed(workspace, loki=Loki(retention_days=30)), runtime)
    assert "--yes" in str(caught.value)
    assert _everything(workspace) == before
    assert runtime.calls == FIRST_CALLS


def test_an_unsafe_plan_is_made_when_a_person_said_yes(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.here["grafana"] = source("grafana")
    _apply(workspace, runtime)
    del runtime.here["grafana"]
    _apply(workspace, runtime, accept_unsafe=True)
    assert "remove grafana" in runtime.calls
    assert "grafana" not in load_applied(workspace.home).launches
    assert _plan(workspace, runtime) == Plan(changes=())


def test_taken_ports_are_refused_before_anything_changes(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ports = Ports(**{**dict(workspace.settings.ports), "loki_engine": server.getsockname()[1]})
        with pytest.raises(PortsInUse):
            _apply(replace(workspace, settings=Settings(ports=ports)), runtime)
    assert _everything(workspace) == {}
    assert runtime.calls == []


def test_a_rejected_config_is_refused_before_anything_changes(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.rejects = "collector"
    with pytest.raises(ArtifactRejected, match="collector says: no"):
        _apply(workspace, runtime)
    assert _everything(workspace) == {}
    assert runtime.calls == []


def test_an_engine_that_is_not_here_is_not_waited_for(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    del runtime.here["loki"]
    with pytest.raises(Refused, match="loki is not here yet"):
        _apply(workspace, runtime)
    assert runtime.calls == []


@pytest.mark.parametrize("call", FIRST_CALLS)
def test_an_interrupted_apply_is_gone_on_with(
    workspace: Workspace, runtime: FakeRuntime, call: str
) -> None:
    runtime.interrupted_at = call
    with pytest.raises(KeyboardInterrupt):
        _apply(workspace, runtime)
    done = FIRST_CALLS.index(call)
    assert runtime.calls == FIRST_CALLS[: done + 1]
    _apply(workspace, runtime)
    assert runtime.calls[done + 1 :] == ["deliver", *FIRST_CALLS[max(done, 1) :]]
    assert _plan(workspace, runtime) == Plan(changes=())


def test_ports_of_an_engine_that_an_interrupted_apply_started_are_ours(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.interrupted_at = FIRST_CALLS[1]
    with pytest.raises(KeyboardInterrupt):
        _apply(workspace, runtime)
    with socket.create_server(("127.0.0.1", workspace.settings.ports.loki_engine)):
        _apply(workspace, runtime)
    assert _plan(workspace, runtime) == Plan(changes=())


@pytest.mark.parametrize("call", FIRST_CALLS)
def test_an_interrupted_apply_has_noted_its_runtime(
    workspace: Workspace, runtime: FakeRuntime, call: str
) -> None:
    runtime.interrupted_at = call
    with pytest.raises(KeyboardInterrupt):
        _apply(workspace, runtime)
    assert load_applied(workspace.home) == Applied(runtime="native")


def test_a_refused_apply_notes_nothing(workspace: Workspace, runtime: FakeRuntime) -> None:
    del runtime.here["loki"]
    with pytest.raises(Refused):
        _apply(workspace, runtime)
    assert _everything(workspace) == {}


def test_the_identity_secret_is_made_once_private_and_delivered(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    hashing = _changed(workspace, identity="hash")
    _apply(hashing, runtime)
    path = workspace.home / "secrets" / "identity"
    secret = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(secret) == 64
    assert runtime.delivered is not None
    assert runtime.delivered.secrets[runtime.placement.identity_secret] == secret
    _apply(_changed(hashing, keep_content=True), runtime)
    assert path.read_text(encoding="utf-8") == secret


def test_no_secret_is_in_what_is_rendered_or_noted(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    _apply(_changed(workspace, identity="hash"), runtime)
    secrets = read_tree(workspace.home / "secrets")
    assert set(secrets) == {"identity", "ingest-token", "key.pem"}
    texts = _everything(workspace).items()
    parts = [line for text in secrets.values() for line in text.split() if len(line) > 40]
    assert [path for path, text in texts for part in parts if part in text] == []


def test_each_engine_gets_the_key_and_the_collector_the_token(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.name = "docker"
    _apply(workspace, runtime)
    assert runtime.delivered is not None
    found = runtime.delivered.secrets
    at = runtime.placement
    assert set(found) == {*at.keys.values(), at.ingest_token}
    assert {found[path] for path in at.keys.values()} == {key_file(workspace.home).read_text()}
    assert found[at.ingest_token].strip() == workspace.token


def test_grafana_gets_its_password_as_a_file_and_nowhere_else(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.here["grafana"] = source("grafana")
    grafana = Grafana(password=SecretStr("very own"))
    _apply(_changed(workspace, grafana=grafana), runtime)
    assert runtime.delivered is not None
    assert runtime.delivered.secrets[runtime.placement.grafana_password] == "very own"
    assert [path for path, text in _everything(workspace).items() if "very own" in text] == []


def test_new_keys_replace_every_engine_that_uses_them(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.here["grafana"] = source("grafana")
    _apply(workspace, runtime)
    key_file(workspace.home).unlink()
    _apply(workspace, runtime)
    assert runtime.calls[2:] == FIRST_CALLS


def test_the_note_says_runtime_and_retention(workspace: Workspace, runtime: FakeRuntime) -> None:
    _apply(workspace, runtime)
    noted = load_applied(workspace.home)
    assert noted.runtime == "native"
    assert noted.retention_days == {"loki": 400, "prometheus": 400}


def test_a_file_that_is_no_longer_rendered_goes(workspace: Workspace, runtime: FakeRuntime) -> None:
    _apply(workspace, runtime)
    stale = workspace.build / "loki" / "old.yaml"
    stale.write_text("x", encoding="utf-8")
    _apply(workspace, runtime)
    assert not stale.exists()


def test_files_by_engine_are_the_texts_that_an_engine_reads() -> None:
    artifacts = {"client.sh": "a", "loki/config.yaml": "b", "prometheus/prometheus.yaml": "c"}
    assert files_by_engine("loki", artifacts) == {"loki/config.yaml": "b"}


def test_nothing_is_written_outside_home_and_build(
    workspace: Workspace, runtime: FakeRuntime, tmp_path: Path
) -> None:
    before = read_tree(workspace.root)
    _apply(workspace, runtime)
    assert read_tree(workspace.root) == before
    assert {path.name for path in tmp_path.iterdir()} == {"home", "build", "checkout"}


def test_who_wrote_the_data_is_noted_when_an_engine_starts(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    runtime.here["loki"] = replace(source("loki"), version="3.7.8")
    _apply(workspace, runtime)
    assert load_applied(workspace.home).versions == {"loki": "3.7.8"}


def test_history_is_left_behind_only_when_told_and_then_no_more_mentioned(
    workspace: Workspace, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    own = replace(workspace, build=workspace.root / "build")
    remember_place(own, "docker")
    with pytest.raises(Refused, match="this stack would start empty"):
        _apply(own, runtime)
    assert runtime.calls == []
    told = "\n".join(_apply(own, runtime, accept_unsafe=True))
    runtime.kept = [Holding(kind="directory", name="data")]
    assert "leave history: this stack would start empty" in told
    assert "leave" not in [change.verb for change in _plan(own, runtime).changes]
