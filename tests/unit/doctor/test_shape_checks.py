"""Is it said when what arrives is not what numbers and boards are made of?"""

from __future__ import annotations

import pytest

from provisioner.doctor.shape_checks import (
    CHECKS,
    attributes_malformed,
    attributes_many,
    export_interval,
    service_name,
    temporality,
)
from tests.unit.doctor.patient import PLACES, WELL, file, seen, told

ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
SHELL_ATTRIBUTES = ("warning", f"the shell: {ATTRIBUTES}")
METRICS = "OTEL_METRIC_EXPORT_INTERVAL"
LOGS = "OTEL_LOGS_EXPORT_INTERVAL"


def attributes(text: str) -> dict[str, str]:
    return {**WELL, ATTRIBUTES: text}


@pytest.mark.parametrize(
    "text",
    ["", "team=a,project=b", "team=a, project=b,", "team=a b", "team=a;b", "team=ä", "team=a%2Cb"],
)
def test_who_is_well_hears_nothing(text: str) -> None:
    assert [each for check in CHECKS for each in check.look(seen(attributes(text)))] == []


def test_running_totals_are_a_warning() -> None:
    name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
    cumulative = seen(WELL, file("project", {name: "CUMULATIVE"}))
    assert told(temporality, cumulative) == [("warning", f"{PLACES['project']}: env.{name}")]
    for value in ("delta", "lowmemory", ""):
        assert told(temporality, seen({**WELL, name: value})) == []


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("team=a,widgets,project=c", "entry 2, counted by commas, is left off: it has no ="),
        ("=a", "nothing before ="),
        ("team=a=b", "more than one ="),
        ("team=a%zz", "hexadecimal"),
        ("team=a%2", "hexadecimal"),
        (f"team={'x' * 256}", "longer than 255"),
        ('team="a"', "quotes"),
    ],
)
def test_an_attribute_that_the_client_leaves_off_is_named_without_its_value(
    text: str, flaw: str
) -> None:
    (finding,) = attributes_malformed(seen(attributes(text)))
    assert (finding.severity, finding.where) == SHELL_ATTRIBUTES
    assert flaw in finding.what
    assert "widgets" not in finding.what


def test_a_length_is_counted_after_decoding() -> None:
    assert told(attributes_malformed, seen(attributes(f"team={'%20' * 255}"))) == []


def test_many_attributes_matter_for_clients_that_were_not_tried_with_them() -> None:
    thirteen = attributes(",".join(f"k{number}=v" for number in range(13)))
    assert told(attributes_many, seen(thirteen, version=(2, 1, 191))) == [SHELL_ATTRIBUTES]
    assert told(attributes_many, seen(thirteen, version=None)) == [SHELL_ATTRIBUTES]
    assert told(attributes_many, seen(thirteen)) == []
    twelve = attributes(",".join(f"k{number}=v" for number in range(12)) + ",")
    assert told(attributes_many, seen(twelve, version=(2, 1, 191))) == []


@pytest.mark.parametrize(
    ("name", "value", "severity", "what"),
    [
        (METRICS, "0", "error", "nothing at all"),
        (METRICS, "-5", "error", "nothing at all"),
        (METRICS, "10s", "warning", "10 milliseconds are too short"),
        (METRICS, "600000", "warning", "every 10 minutes"),
        (LOGS, "86400000", "warning", "every 24 hours"),
    ],
)
def test_an_interval_that_hides_data_is_named(
    name: str, value: str, severity: str, what: str
) -> None:
    (finding,) = export_interval(seen({**WELL, name: value}))
    assert (finding.severity, finding.where) == (severity, f"the shell: {name}")
    assert what in finding.what


@pytest.mark.parametrize(
    ("name", "value"), [(METRICS, "60000"), (METRICS, "soon"), (METRICS, "300000"), (LOGS, "0")]
)
def test_other_intervals_are_the_persons_own_matter(name: str, value: str) -> None:
    assert told(export_interval, seen({**WELL, name: value})) == []


def test_a_service_name_that_boards_do_not_look_for_is_named() -> None:
    name = "OTEL_SERVICE_NAME"
    assert told(service_name, seen({**WELL, name: "mine"})) == [("warning", f"the shell: {name}")]
    assert told(service_name, seen(attributes("service.name=mine"))) == [SHELL_ATTRIBUTES]
    assert told(service_name, seen({**WELL, name: "claude-code-desktop"})) == []
    right = attributes("service.name=mine") | {name: "claude-code"}
    assert told(service_name, seen(right)) == []
