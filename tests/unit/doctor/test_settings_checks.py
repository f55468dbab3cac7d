"""Is it said when a settings file is not read, not heeded, or comes before the shell?"""

from __future__ import annotations

from provisioner.doctor.settings_checks import CHECKS, ignored, overridden, unreadable
from tests.unit.doctor.patient import PLACES, WELL, file, seen, told

INTERVAL = "OTEL_METRIC_EXPORT_INTERVAL"


def test_who_is_well_hears_nothing() -> None:
    well = seen({}, file("user", WELL), file("project", {"OTEL_RESOURCE_ATTRIBUTES": "a=b"}))
    assert [finding for check in CHECKS for finding in check.look(well)] == []


def test_a_file_that_the_client_leaves_out_is_named() -> None:
    broken = file("user", problem="no strict JSON, line 3, column 1: …")
    (finding,) = unreadable(seen(WELL, broken))
    assert (finding.severity, finding.where) == ("warning", PLACES["user"])
    assert "line 3, column 1" in finding.what


def test_a_managed_file_that_keeps_the_client_from_starting_is_an_error() -> None:
    assert told(unreadable, seen(WELL, file("managed", problem="…"))) == [
        ("error", PLACES["managed"])
    ]


def test_what_a_project_says_in_vain_is_named_together() -> None:
    (finding,) = ignored(seen({}, file("project", {**WELL, "http_proxy": "x"})))
    assert finding.where == f"{PLACES['project']}: env"
    assert "CLAUDE_CODE_ENABLE_TELEMETRY" in finding.what
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in finding.what
    assert INTERVAL not in finding.what


def test_a_project_that_silences_the_person_is_heeded_and_one_against_the_shell_is_not() -> None:
    silent = file("project", {"OTEL_LOGS_EXPORTER": "none"})
    assert told(ignored, seen({}, file("user", WELL), silent)) == []
    assert told(ignored, seen(WELL, silent)) == [("note", f"{PLACES['project']}: env")]


def test_a_file_that_says_otherwise_than_the_shell_is_a_note_without_values() -> None:
    (finding,) = overridden(seen(WELL, file("user", {INTERVAL: "777"})))
    assert (finding.severity, finding.where) == ("note", f"{PLACES['user']}: env.{INTERVAL}")
    assert "777" not in str(finding)
