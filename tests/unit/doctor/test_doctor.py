"""Is all that is found told once, the worst first?"""

from __future__ import annotations

from provisioner.doctor.doctor import CHECKS, OVERRIDES, doctor
from tests.unit.doctor.patient import WELL, file, seen

LOGS = "OTEL_LOGS_EXPORTER"


def test_who_is_well_is_told_so_after_every_check() -> None:
    found = doctor(seen())
    assert found.findings == ()
    assert found.is_ok
    assert found.checked == tuple(check.id for check in CHECKS)


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def test_what_cannot_be_looked_at_is_not_among_the_checks() -> None:
    checked = doctor(seen(version=None, arrivals=None)).checked
    missing = {check.id for check in CHECKS} - set(checked)
    assert missing == {
        "client-old",
        "alert-firing",
        "nothing-arrived",
        "exporter-stalled",
        "catalogue-newer",
    }


def test_errors_come_before_warnings_and_warnings_before_notes() -> None:
    shell = {**WELL, "OTEL_SDK_DISABLED": "true", "OTEL_SERVICE_NAME": "mine", LOGS: "none"}
    found = doctor(seen(shell))
    assert [each.severity for each in found.findings] == ["error", "warning", "note"]
    assert not found.is_ok


def test_a_warning_does_not_keep_data_away() -> None:
    assert doctor(seen({**WELL, "OTEL_SERVICE_NAME": "mine"})).is_ok


def test_one_variable_that_spoils_both_signals_is_told_once() -> None:
    found = doctor(seen({**WELL, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317"}))
    assert [each.id for each in found.findings] == ["endpoint-elsewhere"]


def test_that_a_file_overrides_the_shell_is_not_told_again_where_it_is_the_reason() -> None:
    interval = "OTEL_METRIC_EXPORT_INTERVAL"
    found = doctor(seen(WELL, file("user", {LOGS: "none", interval: "20000"})))
    assert [each.id for each in found.findings] == ["exporter-off", OVERRIDES]
    assert interval in found.findings[1].where


def test_every_finding_says_what_where_and_what_to_do() -> None:
    everything = seen({"OTEL_LOGS_EXPORTER": "oltp"}, has_client=False, listening=frozenset())
    for finding in doctor(everything).findings:
        assert all((finding.id, finding.where, finding.what, finding.fix))
