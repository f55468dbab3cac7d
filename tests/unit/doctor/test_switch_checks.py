"""Is it said when telemetry, or one of its signals, is switched off?"""

from __future__ import annotations

import pytest

from provisioner.doctor.switch_checks import (
    CHECKS,
    exporter_console,
    exporter_off,
    exporter_silenced,
    exporter_unknown,
    sdk_disabled,
    telemetry_off,
)
from tests.unit.doctor.patient import PLACES, WELL, file, seen, told, without

ENABLE = "CLAUDE_CODE_ENABLE_TELEMETRY"
LOGS = "OTEL_LOGS_EXPORTER"
METRICS = "OTEL_METRICS_EXPORTER"


def test_who_is_well_hears_nothing() -> None:
    assert [finding for check in CHECKS for finding in check.look(seen())] == []


def test_telemetry_that_nobody_has_switched_on_is_named_once() -> None:
    nobody = seen({})
    assert told(telemetry_off, nobody) == [("error", ENABLE)]
    assert [finding for check in CHECKS[1:] for finding in check.look(nobody)] == []


@pytest.mark.parametrize("value", ["0", "", "enabled"])
def test_telemetry_that_is_switched_off_is_named_with_its_place(value: str) -> None:
    assert told(telemetry_off, seen({**WELL, ENABLE: value})) == [("error", f"the shell: {ENABLE}")]


def test_a_settings_file_that_overrides_the_shell_is_named_and_how_to_mend_it() -> None:
    (finding,) = telemetry_off(seen(WELL, file("user", {ENABLE: "0"})))
    assert finding.where == f"{PLACES['user']}: env.{ENABLE}"
    assert "does not count" in finding.what
    assert finding.fix == f'in {PLACES["user"]}, under "env": "{ENABLE}": "1"'


@pytest.mark.parametrize("name", [LOGS, METRICS])
def test_an_exporter_that_is_off_or_elsewhere_is_named(name: str) -> None:
    assert told(exporter_off, seen(without(name))) == [("error", name)]
    for value in ("", "none", "console", "prometheus"):
        changed = seen({**WELL, name: value})
        assert told(exporter_off, changed) == [("error", f"the shell: {name}")]


def test_it_is_said_what_is_missing() -> None:
    assert "cost, tokens" in next(iter(exporter_off(seen(without(LOGS))))).what
    assert "sessions, lines" in next(iter(exporter_off(seen(without(METRICS))))).what


def test_otlp_among_others_is_enough() -> None:
    assert told(exporter_off, seen({**WELL, LOGS: "none,otlp"})) == []


def test_a_project_that_silences_an_exporter_is_named() -> None:
    silenced = seen({}, file("user", WELL), file("project", {LOGS: "none"}))
    assert told(exporter_silenced, silenced) == [("error", f"{PLACES['project']}: env.{LOGS}")]
    assert told(exporter_off, silenced) == []


def test_a_project_that_silences_nothing_is_not() -> None:
    harmless = seen(WELL, file("project", {LOGS: "none"}))
    assert told(exporter_silenced, harmless) == []


@pytest.mark.parametrize("value", ["oltp", "OTLP", "otlp,files"])
def test_an_exporter_that_the_client_does_not_know_is_named(value: str) -> None:
    wrong = seen({**WELL, LOGS: value})
    assert told(exporter_unknown, wrong) == [("error", f"the shell: {LOGS}")]
    assert told(exporter_off, wrong) == []


def test_the_console_is_only_a_warning_beside_otlp() -> None:
    both = seen({**WELL, METRICS: "console,otlp"})
    assert told(exporter_console, both) == [("warning", f"the shell: {METRICS}")]
    assert told(exporter_off, both) == []


def test_a_switch_that_the_client_does_not_heed_is_a_note() -> None:
    name = "OTEL_SDK_DISABLED"
    assert told(sdk_disabled, seen({**WELL, name: "true"})) == [("note", f"the shell: {name}")]
    assert told(sdk_disabled, seen({**WELL, name: "false"})) == []
