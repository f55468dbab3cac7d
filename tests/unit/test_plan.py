"""Does a plan say everything that would change, why, in order, and nothing more?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provisioner.applied import Applied
from provisioner.plan import Change, Desired, Launch, Observed, Plan, digest, files_of, plan
from provisioner.runtime.model import EngineState
from tests.fakes import running, source

BOARD = "grafana/dashboards/overview.json"
ARTIFACTS = {
    "client.sh": "1",
    "collector/config.yaml": "2",
    BOARD: "3",
    "grafana/grafana.ini": "4",
    "loki/config.yaml": "5",
    "prometheus/prometheus.yaml": "6",
}
ENGINES = ("loki", "prometheus", "collector", "grafana")
RETENTION = {"loki": 400, "prometheus": 400}


def _launch(engine: str) -> Launch:
    return Launch(source=source(engine), arguments=("--fast",), definition="port=1")


DESIRED = Desired(
    artifacts=ARTIFACTS,
    launches={engine: _launch(engine) for engine in ENGINES},
    retention_days=RETENTION,
)
APPLIED = Applied(
    runtime="native",
    launches={engine: launch.digest for engine, launch in DESIRED.launches.items()},
    files={engine: files_of(engine, ARTIFACTS) for engine in ENGINES},
    retention_days=RETENTION,
)
AS_DESIRED = Observed(files=ARTIFACTS, states=running(*ENGINES), applied=APPLIED)


def _with_artifact(path: str, text: str) -> Desired:
    return replace(DESIRED, artifacts={**ARTIFACTS, path: text})


def _without(engine: str) -> Desired:
    launches = {name: each for name, each in DESIRED.launches.items() if name != engine}
    return replace(DESIRED, launches=launches)


def _with_launch(engine: str, launch: Launch) -> Desired:
    return replace(DESIRED, launches={**DESIRED.launches, engine: launch})


def _with_retention(days: Mapping[str, int]) -> Desired:
    return replace(DESIRED, retention_days={**RETENTION, **days})


def _lines(found: Plan) -> list[str]:
    return [f"{change.verb} {change.subject}: {change.reason}" for change in found.changes]


def test_nothing_changes_when_everything_is_as_desired() -> None:
    assert plan(DESIRED, AS_DESIRED) == Plan(changes=())


def test_a_first_plan_writes_delivers_and_starts_everything_in_order() -> None:
    nothing = Observed(files={}, states={}, applied=Applied())
    assert _lines(plan(DESIRED, nothing)) == [
        "write client.sh: is not there yet",
        "write collector/config.yaml: is not there yet",
        "write grafana/dashboards/overview.json: is not there yet",
        "write grafana/grafana.ini: is not there yet",
        "write loki/config.yaml: is not there yet",
        "write prometheus/prometheus.yaml: is not there yet",
        f"deliver rendered files: for collector, grafana, loki, prometheus, {BOARD}",
        "start loki: is not running",
        "start prometheus: is not running",
        "start collector: is not running",
        "start grafana: is not running",
    ]


def test_an_engine_without_its_supervisor_is_taken_over() -> None:
    states = running(*ENGINES)
    states["loki"] = replace(states["loki"], is_orphan=True)
    assert _lines(plan(DESIRED, replace(AS_DESIRED, states=states))) == [
        "deliver rendered files: for loki",
        "start loki: runs without its supervisor: will be stopped and started again",
    ]


def test_the_order_of_discovery_does_not_matter() -> None:
    nothing = Observed(files={}, states={}, applied=Applied())
    turned = replace(
        DESIRED,
        artifacts=dict(reversed(ARTIFACTS.items())),
        launches={name: DESIRED.launches[name] for name in reversed(ENGINES)},
    )
    assert plan(turned, nothing) == plan(DESIRED, nothing)


def test_prometheus_reads_a_changed_config_without_a_stop() -> None:
    assert _lines(plan(_with_artifact("prometheus/prometheus.yaml", "7"), AS_DESIRED)) == [
        "write prometheus/prometheus.yaml: settings or template changed",
        "deliver rendered files: for prometheus",
        "reload prometheus: has not read prometheus/prometheus.yaml yet",
    ]


def test_other_engines_restart_for_a_changed_config() -> None:
    assert _lines(plan(_with_artifact("loki/config.yaml", "7"), AS_DESIRED)) == [
        "write loki/config.yaml: settings or template changed",
        "deliver rendered files: for loki",
        "restart loki: has not read loki/config.yaml yet",
    ]


def test_a_file_that_is_no_longer_rendered_is_removed_and_its_engine_restarted() -> None:
    fewer = {path: text for path, text in ARTIFACTS.items() if path != "loki/config.yaml"}
    assert _lines(plan(replace(DESIRED, artifacts=fewer), AS_DESIRED)) == [
        "remove loki/config.yaml: is no longer rendered",
        "deliver rendered files: for loki",
        "restart loki: has read loki/config.yaml, now gone",
    ]


def test_a_changed_board_is_only_delivered_because_grafana_looks_for_it() -> None:
    assert _lines(plan(_with_artifact(BOARD, "7"), AS_DESIRED)) == [
        f"write {BOARD}: settings or template changed",
        f"deliver rendered files: for {BOARD}",
    ]


def test_many_changed_boards_are_counted() -> None:
    folder = BOARD.rpartition("/")[0]
    more = {f"{folder}/{name}.json": "7" for name in ("cost", "events", "tools")}
    changed = replace(DESIRED, artifacts={**ARTIFACTS, **more})
    assert _lines(plan(changed, AS_DESIRED))[-1] == "deliver rendered files: for 3 boards"


def test_a_changed_board_is_not_delivered_where_there_is_no_grafana() -> None:
    desired = replace(_without("grafana"), artifacts={**ARTIFACTS, BOARD: "7"})
    observed = replace(AS_DESIRED, states=running("loki", "prometheus", "collector"))
    assert _lines(plan(desired, observed)) == [f"write {BOARD}: settings or template changed"]


def test_a_file_that_no_engine_reads_is_only_written() -> None:
    assert _lines(plan(_with_artifact("client.sh", "7"), AS_DESIRED)) == [
        "write client.sh: settings or template changed"
    ]


def test_a_file_that_was_edited_by_hand_is_written_again_and_nothing_restarts() -> None:
    observed = replace(AS_DESIRED, files={**ARTIFACTS, "loki/config.yaml": "by hand"})
    assert _lines(plan(DESIRED, observed)) == [
        "write loki/config.yaml: settings or template changed"
    ]


def test_a_file_that_is_no_longer_rendered_is_removed() -> None:
    observed = replace(AS_DESIRED, files={**ARTIFACTS, "loki/old.yaml": "x"})
    assert _lines(plan(DESIRED, observed)) == ["remove loki/old.yaml: is no longer rendered"]


def test_an_engine_that_has_stopped_starts_with_the_runtimes_word_for_it() -> None:
    stopped = EngineState(engine="loki", is_running=False, detail="exited (137)")
    observed = replace(AS_DESIRED, states={**AS_DESIRED.states, "loki": stopped})
    assert _lines(plan(DESIRED, observed)) == [
        "deliver rendered files: for loki",
        "start loki: is exited (137)",
    ]


def test_another_binary_arguments_or_definition_replaces_an_engine() -> None:
    for launch in (
        replace(_launch("loki"), source=source("loki", identity="2")),
        replace(_launch("loki"), arguments=("--slow",)),
        replace(_launch("loki"), definition="port=2"),
    ):
        assert _lines(plan(_with_launch("loki", launch), AS_DESIRED)) == [
            "deliver rendered files: for loki",
            "start loki: its image, binary, arguments, ports, limits or keys changed",
        ]


def test_an_engine_that_is_not_here_is_obtained_first() -> None:
    desired = _with_launch("loki", replace(_launch("loki"), source=None))
    observed = replace(AS_DESIRED, states=running("prometheus", "collector", "grafana"))
    assert _lines(plan(desired, observed)) == [
        "obtain loki: is not here: will be pulled, or built from its Go module",
        "deliver rendered files: for loki",
        "start loki: is not running",
    ]


def test_an_engine_that_is_no_longer_wanted_stops_and_that_is_unsafe() -> None:
    found = plan(_without("grafana"), AS_DESIRED)
    assert found.changes == (
        Change(
            verb="stop",
            subject="grafana",
            reason="is not part of the stack any more",
            is_unsafe=True,
        ),
    )
    assert found.unsafe == found.changes


def test_an_unwanted_engine_that_does_not_run_is_left_alone() -> None:
    stopped = EngineState(engine="grafana", is_running=False, detail="exited")
    observed = replace(AS_DESIRED, states={**AS_DESIRED.states, "grafana": stopped})
    assert plan(_without("grafana"), observed) == Plan(changes=())


def test_a_shorter_retention_is_unsafe_and_says_what_will_be_deleted() -> None:
    launch = replace(_launch("prometheus"), arguments=("--retention=30d",))
    desired = replace(
        _with_launch("prometheus", launch), retention_days={**RETENTION, "prometheus": 30}
    )
    (change,) = plan(desired, AS_DESIRED).unsafe
    assert f"{change.verb} {change.subject}: {change.reason}" == (
        "start prometheus: its image, binary, arguments, ports, limits or keys changed; "
        "it will keep 30 days instead of 400: older data will be deleted"
    )


def test_a_shorter_retention_is_unsafe_by_a_changed_config_as_well() -> None:
    desired = replace(_with_artifact("loki/config.yaml", "7"), retention_days={"loki": 30})
    assert [change.verb for change in plan(desired, AS_DESIRED).unsafe] == ["restart"]


def test_a_shorter_retention_is_unsafe_even_when_the_engine_is_down() -> None:
    observed = replace(AS_DESIRED, states=running("prometheus", "collector", "grafana"))
    assert [each.verb for each in plan(_with_retention({"loki": 1}), observed).unsafe] == ["start"]


def test_a_longer_retention_is_safe() -> None:
    desired = replace(_with_artifact("loki/config.yaml", "7"), retention_days={"loki": 500})
    assert plan(desired, AS_DESIRED).unsafe == ()


def test_without_a_note_what_runs_is_replaced() -> None:
    observed = replace(AS_DESIRED, applied=Applied())
    verbs = [change.verb for change in plan(DESIRED, observed).changes]
    assert verbs == ["deliver", "start", "start", "start", "start"]


def test_a_digest_names_a_content() -> None:
    assert digest("a") == digest("a") != digest("b")


def test_an_engine_older_than_what_wrote_its_data_needs_a_word() -> None:
    older = replace(source("loki"), version="3.6.0")
    desired = _with_launch("loki", replace(_launch("loki"), source=older, arguments=("--slow",)))
    written = replace(AS_DESIRED, applied=replace(APPLIED, versions={"loki": "3.7.8"}))
    (change,) = (each for each in plan(desired, written).changes if each.verb == "start")
    assert change.is_unsafe
    assert change.reason == (
        "its image, binary, arguments, ports, limits or keys changed; its data was written by "
        "version 3.7.8, which 3.6.0 may not be able to read"
    )


def test_history_that_would_be_left_behind_comes_first_and_needs_a_word() -> None:
    nothing = Observed(files={}, states={}, applied=Applied(), left_behind="it is elsewhere")
    first = plan(DESIRED, nothing).changes[0]
    assert (first.verb, first.reason, first.is_unsafe) == ("leave", "it is elsewhere", True)
