"""Is what the stack should be put together from settings, templates and found engines?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.desire import desire, observe
from provisioner.errors import ArtifactRejected
from provisioner.files import write_atomically
from provisioner.placement import ENGINES
from provisioner.plan import Desired
from provisioner.runtime.model import Source
from provisioner.settings import Loki, Ports, Prometheus, Settings
from provisioner.workspace import Workspace
from tests.fakes import FakeRuntime, running, source

ALL: dict[str, Source | None] = {engine: source(engine) for engine in ENGINES}


def _desire(workspace: Workspace, runtime: FakeRuntime, **values: object) -> Desired:
    settings = workspace.settings.model_copy(update=values)
    return desire(replace(workspace, settings=settings), runtime, ALL)


def _digests(desired: Desired) -> dict[str, str]:
    return {engine: launch.digest for engine, launch in desired.launches.items()}


def test_every_engine_that_was_found_is_launched(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    desired = _desire(workspace, runtime)
    assert list(desired.launches) == list(ENGINES)
    assert desired.artifacts["prometheus/prometheus.yaml"] == "grafana: True\n"


def test_grafana_is_left_out_where_there_is_none(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    desired = desire(workspace, runtime, {**ALL, "grafana": None})
    assert "grafana" not in desired.launches
    assert desired.artifacts["prometheus/prometheus.yaml"] == "grafana: False\n"


def test_other_engines_are_wanted_even_before_they_are_here(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    desired = desire(workspace, runtime, {**ALL, "loki": None})
    assert desired.launches["loki"].source is None


def test_retention_is_what_the_stores_are_told_to_keep(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    desired = _desire(
        workspace, runtime, loki=Loki(retention_days=7), prometheus=Prometheus(retention_days=9)
    )
    assert desired.retention_days == {"loki": 7, "prometheus": 9}


@pytest.mark.parametrize(
    ("changed", "replaced"),
    [
        ({"loki": Loki(memory_mb=100)}, {"loki"}),
        ({"prometheus": Prometheus(retention_days=9)}, {"prometheus"}),
        ({"identity": "none"}, set()),
    ],
)
def test_a_change_replaces_only_the_engines_whose_process_it_touches(
    workspace: Workspace, runtime: FakeRuntime, changed: dict[str, object], replaced: set[str]
) -> None:
    before = _digests(_desire(workspace, runtime))
    after = _digests(_desire(workspace, runtime, **changed))
    assert {engine for engine in ENGINES if before[engine] != after[engine]} == replaced


def test_a_changed_port_replaces_the_engine_that_listens_there(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    moved = Ports(**{**dict(workspace.settings.ports), "otlp_grpc": 1})
    before, after = _desire(workspace, runtime), _desire(workspace, runtime, ports=moved)
    assert {name for name in ENGINES if _digests(before)[name] != _digests(after)[name]} == {
        "collector"
    }


COMPOSE = """\
services:
  loki: {image: a, volumes: ["config:/etc:ro", "loki-data:/data"]}
  collector: {image: b, volumes: ["config:/etc:ro"]}
volumes: {config: , loki-data: }
"""


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        ("image: a", "image: c", {"loki"}),
        ("image: b", "image: c", {"collector"}),
        ("services:", "# a comment\nservices:", set()),
        ("services:", "services:\n  tempo: {image: d}", set()),
        ("loki-data: }", "loki-data: {driver: nfs}}", {"loki"}),
        ("config: ,", "config: {driver: nfs},", {"loki", "collector"}),
        ("services:", "networks: {default: {internal: true}}\nservices:", set(ENGINES)),
    ],
)
def test_a_changed_compose_file_replaces_only_the_containers_it_changes(
    workspace: Workspace, runtime: FakeRuntime, before: str, after: str, replaced: set[str]
) -> None:
    def changed() -> set[str]:
        write_atomically(workspace.root / "compose.yaml", COMPOSE)
        first = _digests(desire(workspace, runtime, ALL))
        write_atomically(workspace.root / "compose.yaml", COMPOSE.replace(before, after))
        second = _digests(desire(workspace, runtime, ALL))
        return {engine for engine in ENGINES if first[engine] != second[engine]}

    natively = changed()
    runtime.name = "docker"
    assert (natively, changed()) == (set(), replaced)


@pytest.mark.parametrize("text", ["services: [", "- a list\n", "services: 7\n", ""])
def test_a_compose_file_that_is_none_is_rejected(
    workspace: Workspace, runtime: FakeRuntime, text: str
) -> None:
    runtime.name = "docker"
    write_atomically(workspace.root / "compose.yaml", text)
    with pytest.raises(ArtifactRejected, match=r"compose\.yaml: rejected"):
        desire(workspace, runtime, ALL)


def test_observing_reads_files_states_and_the_note(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    write_atomically(workspace.build / "client.sh", "x")
    save_applied(workspace.home, Applied(runtime="native"))
    runtime.engines = running("loki")
    found = observe(workspace, runtime)
    assert found.files == {"client.sh": "x"}
    assert found.states == running("loki")
    assert found.applied == Applied(runtime="native")


def test_observing_a_fresh_machine_finds_nothing(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    found = observe(workspace, runtime)
    assert (found.files, found.states, found.applied) == ({}, {}, Applied())


def test_settings_of_another_project_do_not_replace_engines(
    workspace: Workspace, runtime: FakeRuntime
) -> None:
    other = Settings(project="other", ports=workspace.settings.ports)
    first = desire(workspace, runtime, ALL)
    second = desire(replace(workspace, settings=other), runtime, ALL)
    assert _digests(first) == _digests(second)
