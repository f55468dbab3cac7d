"""Is a variable what the client takes it for? Each of these was tried with the client 2.1.330."""

from __future__ import annotations

import pytest

from provisioner.doctor.resolve import ENABLE, resolve
from tests.unit.doctor.patient import PLACES, file, seen

LOGS = "OTEL_LOGS_EXPORTER"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
LOGS_ENDPOINT = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"
LOGS_PROTOCOL = "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"


def test_a_settings_file_comes_before_the_shell() -> None:
    variable = seen({ENABLE: "1"}, file("user", {ENABLE: ""})).variables[ENABLE]
    assert variable.value == ""
    assert variable.shell_value == "1"
    assert variable.where == f"{PLACES['user']}: env.{ENABLE}"
    assert "does not count" in variable.aside


def test_the_shell_counts_where_no_file_says_anything() -> None:
    variable = seen({ENABLE: "1"}, file("user")).variables[ENABLE]
    assert (variable.value, variable.aside) == ("1", "")
    assert variable.where == f"the shell: {ENABLE}"


def test_a_file_that_agrees_with_the_shell_overrides_nothing() -> None:
    assert seen({ENABLE: "1"}, file("user", {ENABLE: "1"})).variables[ENABLE].aside == ""


@pytest.mark.parametrize("scope", ["project", "local"])
def test_a_project_may_silence_an_exporter_of_the_person(scope: str) -> None:
    silent = file("local" if scope == "local" else "project", {LOGS: "none"})
    assert seen({}, file("user", {LOGS: "otlp"}), silent).value(LOGS) == "none"


def test_a_project_may_not_silence_what_the_shell_says() -> None:
    silent = file("project", {LOGS: "none"})
    assert seen({LOGS: "otlp"}, file("user", {LOGS: "otlp"}), silent).value(LOGS) == "otlp"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ENABLE, "0"),
        (LOGS, "otlp"),
        (LOGS, "NONE"),
        (LOGS, ""),
        (ENDPOINT, "http://localhost:1"),
        (LOGS_ENDPOINT, "http://localhost:1"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ],
)
def test_a_project_may_neither_switch_nor_redirect_telemetry(name: str, value: str) -> None:
    assert resolve([file("user"), file("project", {name: value})]) == {}


@pytest.mark.parametrize(
    "name",
    [
        "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        "http_proxy",
    ],
)
def test_a_project_may_change_the_rest(name: str) -> None:
    assert seen({name: "a"}, file("user", {name: "b"}), file("project", {name: "c"})).value(
        name
    ) == ("c")


def test_managed_settings_come_before_all() -> None:
    layers = (
        file("user", {LOGS: "none"}),
        file("project", {LOGS: "none"}),
        file("managed", {LOGS: "otlp"}),
    )
    assert seen({LOGS: "console"}, *layers).value(LOGS) == "otlp"


@pytest.mark.parametrize(
    ("general", "own"),
    [(ENDPOINT, LOGS_ENDPOINT), ("OTEL_EXPORTER_OTLP_PROTOCOL", LOGS_PROTOCOL)],
)
def test_a_managed_address_takes_the_place_of_a_signals_own(general: str, own: str) -> None:
    mine = file("user", {own: "mine"})
    assert own not in seen({own: "shell"}, mine, file("managed", {general: "x"})).variables
    both = file("managed", {general: "x", own: "theirs"})
    assert seen({own: "shell"}, mine, both).value(own) == "theirs"
    assert seen({general: "x"}, mine).value(own) == "mine"
