"""Is it known where a signal goes, from what is set and what is not?"""

from __future__ import annotations

import pytest

from provisioner.doctor.routes import Route, exporters, is_on, routes
from tests.unit.doctor.patient import WELL, seen, without

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
LOGS_ENDPOINT = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"


def way(**changes: str) -> Route:
    """The way of the events, for somebody who has changed something."""
    return list(routes(seen({**WELL, **changes})))[1]


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", "on", " 1 "])
def test_these_switch_telemetry_on(value: str) -> None:
    assert is_on(seen({"CLAUDE_CODE_ENABLE_TELEMETRY": value}))


@pytest.mark.parametrize("value", ["", "0", "2", "y", "enabled", "false"])
def test_these_do_not(value: str) -> None:
    assert not is_on(seen({"CLAUDE_CODE_ENABLE_TELEMETRY": value}))


def test_exporters_are_listed_with_commas_and_blanks() -> None:
    assert exporters(seen({"OTEL_LOGS_EXPORTER": " console, otlp ,"}), "LOGS") == (
        "console",
        "otlp",
    )


def test_both_signals_take_the_general_way() -> None:
    found = list(routes(seen()))
    assert [each.name for each in found] == ["counters", "events"]
    assert {(each.host, each.port, each.protocol, each.flaw) for each in found} == {
        ("localhost", 14317, "grpc", "")
    }


def test_a_signal_without_the_exporter_has_no_way() -> None:
    found = routes(seen({**WELL, "OTEL_LOGS_EXPORTER": "none"}))
    assert [each.signal for each in found] == ["METRICS"]


def test_an_own_endpoint_comes_before_the_general_one_unless_it_is_empty() -> None:
    own = way(**{LOGS_ENDPOINT: "http://localhost:4317"})
    assert (own.port, own.has_own_endpoint) == (4317, True)
    assert (way(**{LOGS_ENDPOINT: ""}).port, way().has_own_endpoint) == (14317, False)


def test_without_a_protocol_the_client_speaks_http() -> None:
    found = next(routes(seen(without(PROTOCOL))))
    assert (found.protocol, found.protocol_by, found.is_grpc) == ("http/protobuf", None, False)


@pytest.mark.parametrize(("protocol", "port"), [("grpc", 4317), ("http/protobuf", 4318)])
def test_without_an_endpoint_the_client_takes_the_usual_port(protocol: str, port: int) -> None:
    found = next(routes(seen({**without(ENDPOINT), PROTOCOL: protocol})))
    assert (found.host, found.port, found.endpoint_by) == ("localhost", port, None)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({ENDPOINT: "http://localhost:14317/"}, ""),
        ({ENDPOINT: " http://127.0.0.1:14317 "}, ""),
        ({ENDPOINT: "http://localhost:14317/v1/logs"}, ""),
        ({ENDPOINT: "http://localhost:a"}, "address"),
        ({ENDPOINT: "http://:14317"}, "address"),
        ({ENDPOINT: "http://localhost:0"}, "address"),
        ({ENDPOINT: "localhost:14317"}, "scheme"),
        ({ENDPOINT: "localhost:14317", "OTEL_EXPORTER_OTLP_INSECURE": "true"}, ""),
        ({ENDPOINT: "https://localhost:14317"}, "scheme"),
        ({ENDPOINT: "https://localhost:14317", "OTEL_EXPORTER_OTLP_INSECURE": "true"}, "scheme"),
        ({PROTOCOL: "http/json", ENDPOINT: "http://localhost:14318/"}, ""),
        ({PROTOCOL: "http/json", ENDPOINT: "http://localhost:14318/v1/logs"}, "path"),
        ({PROTOCOL: "http/json", LOGS_ENDPOINT: "http://localhost:14318"}, "path"),
        ({PROTOCOL: "http/json", LOGS_ENDPOINT: "http://localhost:14318/v1/logs"}, ""),
    ],
)
def test_an_address_that_does_not_work_is_known(changes: dict[str, str], flaw: str) -> None:
    assert way(**changes).flaw == flaw


@pytest.mark.parametrize(
    ("endpoint", "is_here"),
    [
        ("http://localhost:14317", True),
        ("http://127.0.0.1:14317", True),
        ("http://[::1]:14317", False),
        ("http://otel.example.com:14317", False),
    ],
)
def test_the_stack_listens_on_the_loopback_of_ipv4(endpoint: str, *, is_here: bool) -> None:
    assert way(**{ENDPOINT: endpoint}).is_here == is_here
