"""Does setup add what is missing, leave what is the person's, and take away only its own?"""

from __future__ import annotations

import json

import pytest

from provisioner.client_env import ENDPOINT, PROTOCOL, client_variables
from provisioner.client_headers import HEADERS, door_header
from provisioner.client_setup import (
    MEANINGS,
    Record,
    SetupPlan,
    plan_setup,
    plan_undo,
    read_record,
    write_record,
)
from provisioner.errors import Refused
from provisioner.json_text import NotStrictJson
from provisioner.settings import Ports, Settings

SETTINGS = Settings()
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack
MOVED = Settings(ports=Ports(otlp_grpc=24317, otlp_http=24318))
ALL = client_variables(SETTINGS, TOKEN)
THEIRS = '{\n  "model": "opus",\n  "env": {\n    "EDITOR": "vi"\n  }\n}\n'


def env_of(plan: SetupPlan) -> dict[str, str]:
    assert plan.text is not None
    env: dict[str, str] = json.loads(plan.text)["env"]
    return env


def given(**env: str) -> SetupPlan:
    """What setup makes of a file with these variables."""
    return plan_setup(json.dumps({"env": env}), None, SETTINGS, TOKEN)


@pytest.mark.parametrize("text", [None, "", " \n", "{}", THEIRS, '{"env": {}}'])
def test_everything_missing_is_added_and_a_second_run_changes_nothing(text: str | None) -> None:
    plan = plan_setup(text, None, SETTINGS, TOKEN)
    assert ALL.items() <= env_of(plan).items()
    assert [(each.kind, each.name) for each in plan.changes] == [("add", name) for name in ALL]
    again = plan_setup(plan.text, plan.record, SETTINGS, TOKEN)
    assert (again.changes, again.kept, again.text) == ((), (), plan.text)
    assert again.record == plan.record


@pytest.mark.parametrize("text", [None, "{}\n", THEIRS, '{"env": {}}', '{"model":"opus"}'])
def test_undo_gives_the_file_back_to_the_byte(text: str | None) -> None:
    plan = plan_setup(text, None, SETTINGS, TOKEN)
    undone = plan_undo(plan.text, plan.record)
    assert undone.text == text
    assert undone.record is None
    assert {each.kind for each in undone.changes} == {"remove"}


def test_what_the_person_has_set_otherwise_stays_with_what_that_means() -> None:
    name = "OTEL_METRIC_EXPORT_INTERVAL"
    plan = given(**{name: "60000"})
    assert env_of(plan)[name] == "60000"
    (kept,) = plan.kept
    assert (kept.name, kept.value, kept.meaning) == (name, "60000", MEANINGS[name])
    assert plan.record
    assert name not in plan.record.added


def test_every_variable_has_a_meaning() -> None:
    assert MEANINGS.keys() == ALL.keys()


def test_what_the_person_has_set_alike_is_theirs_and_survives_undo() -> None:
    name = "CLAUDE_CODE_ENABLE_TELEMETRY"
    plan = given(**{name: "1"})
    assert plan.kept == ()
    assert env_of(plan_undo(plan.text, plan.record)) == {name: "1"}


def test_a_person_who_has_all_of_it_needs_nothing() -> None:
    plan = given(**ALL)
    assert (plan.changes, plan.kept, plan.record) == ((), (), None)


def test_a_protocol_of_theirs_gets_the_port_that_speaks_it() -> None:
    plan = given(**{PROTOCOL: "http/json"})
    assert env_of(plan)[ENDPOINT] == "http://localhost:14318"
    assert plan.kept == ()


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("grpc", "http://127.0.0.1:14317/"), ("http/protobuf", "http://localhost:14318")],
)
def test_a_pair_of_theirs_that_leads_here_is_right(protocol: str, endpoint: str) -> None:
    assert given(**{PROTOCOL: protocol, ENDPOINT: endpoint}).kept == ()


LOGS_ENDPOINT = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        (ENDPOINT, "https://me:secret@otel.example.com"),
        (ENDPOINT, "http://otel.example.com:14317"),
        (ENDPOINT, "http://localhost:4317"),
        (LOGS_ENDPOINT, "http://localhost:4318/v1/logs"),
    ],
)
def test_telemetry_is_not_switched_on_for_somebody_elses_collector(
    name: str, endpoint: str
) -> None:
    with pytest.raises(Refused, match=f"take {name} out") as refused:
        given(**{name: endpoint})
    assert "secret" not in str(refused.value)
    with pytest.raises(Refused):
        given(**{name: endpoint, "CLAUDE_CODE_ENABLE_TELEMETRY": "0"})


def test_an_own_endpoint_of_a_signal_that_leads_here_is_right() -> None:
    assert given(**{LOGS_ENDPOINT: "http://localhost:14318/v1/logs"}).kept == ()


def test_telemetry_that_is_on_for_somebody_else_stays_so_and_is_named() -> None:
    elsewhere = "http://otel.example.com:4317"
    plan = given(**{ENDPOINT: elsewhere, "CLAUDE_CODE_ENABLE_TELEMETRY": "1"})
    assert [(each.name, each.value) for each in plan.kept] == [(ENDPOINT, elsewhere)]
    assert env_of(plan)[PROTOCOL] == "grpc"


def test_a_pair_of_theirs_that_does_not_fit_stays_and_is_named() -> None:
    plan = given(**{PROTOCOL: "grpc", ENDPOINT: "http://localhost:14318"})
    assert [(each.name, each.meaning) for each in plan.kept] == [(ENDPOINT, MEANINGS[ENDPOINT])]


def test_what_setup_has_added_follows_the_settings() -> None:
    first = plan_setup(THEIRS, None, SETTINGS, TOKEN)
    moved = plan_setup(first.text, first.record, MOVED, TOKEN)
    (change,) = moved.changes
    assert (change.kind, change.name) == ("change", ENDPOINT)
    assert (change.before, change.value) == ("http://localhost:14317", "http://localhost:24317")
    assert plan_undo(moved.text, moved.record).text == THEIRS


def test_what_the_person_has_changed_since_stays_even_when_undone() -> None:
    name = "OTEL_LOGS_EXPORT_INTERVAL"
    first = plan_setup(THEIRS, None, SETTINGS, TOKEN)
    assert first.text is not None
    changed = first.text.replace(f'"{name}": "5000"', f'"{name}": "100"')
    assert [each.name for each in plan_setup(changed, first.record, SETTINGS, TOKEN).kept] == [name]
    undone = plan_undo(changed, first.record)
    assert env_of(undone) == {"EDITOR": "vi", name: "100"}
    assert [(each.name, each.value) for each in undone.kept] == [(name, "100")]


def test_what_the_person_has_added_since_keeps_the_object_and_the_file() -> None:
    first = plan_setup(None, None, SETTINGS, TOKEN)
    found = json.loads(first.text or "")
    found["env"]["EDITOR"] = "vi"
    assert env_of(plan_undo(json.dumps(found), first.record)) == {"EDITOR": "vi"}


def test_what_the_person_has_removed_since_is_no_matter_for_undo() -> None:
    first = plan_setup(THEIRS, None, SETTINGS, TOKEN)
    assert plan_undo(THEIRS, first.record).text == THEIRS
    assert plan_undo(None, first.record).text is None


def test_without_a_note_there_is_nothing_to_undo() -> None:
    undone = plan_undo(THEIRS, None)
    assert (undone.text, undone.changes) == (THEIRS, ())


@pytest.mark.parametrize("text", ['{"env": {},}', '{"env": 1}', '{"env": {}, "env": {}}'])
def test_a_file_that_the_client_could_not_read_is_refused(text: str) -> None:
    with pytest.raises(NotStrictJson):
        plan_setup(text, None, SETTINGS, TOKEN)
    with pytest.raises(NotStrictJson):
        plan_undo(text, Record(added={"A": "1"}))


def test_a_note_is_read_as_it_was_written() -> None:
    record = Record(added={"A": "1"}, made_file=True)
    assert read_record(write_record(record)) == record


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "other"}'])
def test_a_note_of_somebody_else_is_none_of_ours(text: str) -> None:
    assert read_record(text) is None


def test_the_token_comes_after_headers_that_are_there_and_goes_again() -> None:
    theirs = json.dumps({"env": {HEADERS: "x-tenant=a"}})
    plan = plan_setup(theirs, None, SETTINGS, TOKEN)
    assert env_of(plan)[HEADERS] == f"x-tenant=a,{door_header(TOKEN)}"
    again = plan_setup(plan.text, plan.record, SETTINGS, TOKEN)
    assert (again.changes, again.kept, again.text) == ((), (), plan.text)
    undone = plan_undo(plan.text, plan.record)
    assert env_of(undone) == {HEADERS: "x-tenant=a"}


@pytest.mark.parametrize("theirs", [None, '{"env": {"OTEL_EXPORTER_OTLP_HEADERS": "a=b"}}'])
def test_a_token_that_was_made_anew_replaces_the_other(theirs: str | None) -> None:
    first = plan_setup(theirs, None, SETTINGS, TOKEN)
    second = plan_setup(first.text, first.record, SETTINGS, "newer")
    assert [(each.kind, each.name) for each in second.changes] == [("change", HEADERS)]
    assert TOKEN not in env_of(second)[HEADERS]
    assert env_of(second)[HEADERS].endswith(door_header("newer"))


def test_another_collector_does_not_get_the_token() -> None:
    theirs = {"CLAUDE_CODE_ENABLE_TELEMETRY": "1", ENDPOINT: "http://otel.corp:4317"}
    assert HEADERS not in env_of(given(**theirs))


def test_who_asks_already_stays() -> None:
    assert env_of(given(**{HEADERS: "Authorization=mine"}))[HEADERS] == "Authorization=mine"
