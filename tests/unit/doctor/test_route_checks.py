"""Is it said when telemetry does not get to this stack's door?"""

from __future__ import annotations

import pytest

from provisioner.doctor.route_checks import (
    CHECKS,
    detailed_tracing,
    endpoint_elsewhere,
    endpoint_malformed,
    endpoint_per_signal,
    export_timeout,
    headers_helper,
    protocol_port_mixed,
    protocol_unknown,
    proxy,
    stack_down,
)
from provisioner.settings import Ports
from tests.unit.doctor.patient import PLACES, WELL, file, seen, told, without

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
LOGS_ENDPOINT = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"
LOGS_PROTOCOL = "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"
HTTP = {**WELL, PROTOCOL: "http/protobuf", ENDPOINT: "http://localhost:14318"}
SHELL_ENDPOINT = ("error", f"the shell: {ENDPOINT}")


@pytest.mark.parametrize("shell", [WELL, HTTP, {**HTTP, PROTOCOL: "http/json"}])
def test_who_is_well_hears_nothing(shell: dict[str, str]) -> None:
    assert [finding for check in CHECKS for finding in check.look(seen(shell))] == []


@pytest.mark.parametrize("value", ["http", "GRPC", "otlp"])
def test_a_word_that_is_no_protocol_is_named(value: str) -> None:
    wrong = seen({**WELL, PROTOCOL: value})
    assert told(protocol_unknown, wrong) == [("error", f"the shell: {PROTOCOL}")] * 2


def test_grpc_at_the_http_port_is_named_and_so_is_the_opposite() -> None:
    for shell, right in (
        ({**WELL, ENDPOINT: HTTP[ENDPOINT]}, "http/protobuf"),
        ({**HTTP, ENDPOINT: WELL[ENDPOINT]}, "grpc"),
    ):
        first, second = protocol_port_mixed(seen(shell))
        assert first == second
        assert first.where == f"the shell: {PROTOCOL}"
        assert first.fix == f"export {PROTOCOL}={right}"


def test_no_protocol_at_the_grpc_port_is_named() -> None:
    assert told(protocol_port_mixed, seen(without(PROTOCOL))) == [("error", PROTOCOL)] * 2


def test_a_leftover_protocol_of_one_signal_is_to_be_taken_out() -> None:
    (finding,) = protocol_port_mixed(seen({**WELL, LOGS_PROTOCOL: "http/protobuf"}))
    assert (finding.where, finding.fix) == (f"the shell: {LOGS_PROTOCOL}", f"unset {LOGS_PROTOCOL}")


@pytest.mark.parametrize(
    "endpoint", ["localhost:14317", "https://localhost:14317", "http://localhost:x", "nonsense://"]
)
def test_an_address_that_the_client_cannot_use_is_named(endpoint: str) -> None:
    assert SHELL_ENDPOINT in told(endpoint_malformed, seen({**WELL, ENDPOINT: endpoint}))


def test_a_secure_address_of_another_machine_may_be_right() -> None:
    elsewhere = seen({**WELL, ENDPOINT: "https://otel.example.com:443"})
    assert told(endpoint_malformed, elsewhere) == []


@pytest.mark.parametrize(
    ("endpoint", "place"),
    [
        ("http://otel.example.com:14317", "otel.example.com"),
        ("http://localhost:4317", "port 4317, the usual one of other programs"),
        ("http://localhost:9999", "port 9999, which is none of this stack's"),
        ("http://localhost", "which is none of this stack's"),
    ],
)
def test_an_endpoint_elsewhere_is_named_with_where_that_is(endpoint: str, place: str) -> None:
    first, second = endpoint_elsewhere(seen({**WELL, ENDPOINT: endpoint}))
    assert first == second
    assert (first.severity, first.where) == SHELL_ENDPOINT
    assert place in first.what
    assert first.fix == f"export {ENDPOINT}=http://localhost:14317"


def test_a_port_of_ours_that_the_settings_have_moved_is_named() -> None:
    moved = seen(ports=Ports(otlp_grpc=24317, otlp_http=24318))
    finding, _ = endpoint_elsewhere(moved)
    assert "by this stack's settings" in finding.what
    assert finding.fix == f"export {ENDPOINT}=http://localhost:24317"


def test_no_endpoint_is_named_only_when_telemetry_is_on() -> None:
    assert told(endpoint_elsewhere, seen(without(ENDPOINT))) == [("error", ENDPOINT)] * 2
    off = seen(without(ENDPOINT, "CLAUDE_CODE_ENABLE_TELEMETRY"))
    assert told(endpoint_elsewhere, off) == []


def test_a_leftover_endpoint_of_one_signal_is_named_and_to_be_taken_out() -> None:
    left = file("user", {LOGS_ENDPOINT: "http://localhost:4317"})
    (finding,) = endpoint_per_signal(seen(WELL, left))
    assert finding.where == f"{PLACES['user']}: env.{LOGS_ENDPOINT}"
    assert finding.fix == f'take "{LOGS_ENDPOINT}" out of "env" in {PLACES["user"]}'
    assert told(endpoint_elsewhere, seen(WELL, left)) == []


def test_an_own_endpoint_that_leads_here_is_right() -> None:
    assert told(endpoint_per_signal, seen({**WELL, LOGS_ENDPOINT: WELL[ENDPOINT]})) == []


def test_no_login_of_an_address_is_shown() -> None:
    shell = {**WELL, ENDPOINT: "http://me:hidden@example.com:1/?key=hidden"}
    findings = [each for check in CHECKS for each in check.look(seen(shell))]
    assert findings
    assert "hidden" not in str(findings)


def test_a_door_that_nobody_opens_is_named() -> None:
    assert told(stack_down, seen(listening=frozenset())) == [("error", "127.0.0.1:14317")]
    assert told(stack_down, seen({}, listening=frozenset())) == [("error", "127.0.0.1:14317")]
    assert told(stack_down, seen(HTTP, listening=frozenset({14317}))) == [
        ("error", "127.0.0.1:14318")
    ]


@pytest.mark.parametrize("name", ["grpc_proxy", "https_proxy", "http_proxy"])
def test_a_proxy_is_named_that_the_clients_grpc_asks_for_this_machine(name: str) -> None:
    first, _ = proxy(seen({**WELL, name: "http://proxy:3128"}))
    assert (first.severity, first.where) == ("error", f"the shell: {name}")
    assert first.fix == "export no_proxy=localhost,127.0.0.1"
    assert "3128" not in first.what


def test_the_exemption_keeps_what_is_exempt_already_and_leaves_blanks_out() -> None:
    listed = {"http_proxy": "http://proxy:3128", "no_proxy": "intern.example, localhost"}
    first, _ = proxy(seen({**WELL, **listed}))
    assert first.fix == "export no_proxy=intern.example,localhost,127.0.0.1"


@pytest.mark.parametrize(
    "listed",
    [
        {"no_proxy": "localhost"},
        {"no_proxy": "x,localhost"},
        {"no_proxy": "host"},
        {"no_grpc_proxy": "localhost"},
    ],
)
def test_a_proxy_with_an_exemption_is_no_matter(listed: dict[str, str]) -> None:
    assert told(proxy, seen({**WELL, "http_proxy": "http://proxy:3128", **listed})) == []


@pytest.mark.parametrize(
    "listed",
    [
        {"NO_PROXY": "localhost"},
        {"no_proxy": "*"},
        {"no_proxy": "127.0.0.1, localhost"},
        {"no_proxy": ".localhost"},
        {"no_proxy": "localhost", "no_grpc_proxy": "other"},
    ],
)
def test_these_exempt_nothing_for_grpc(listed: dict[str, str]) -> None:
    assert told(proxy, seen({**WELL, "http_proxy": "http://proxy:3128", **listed}))


def test_a_network_exempts_an_address_in_it() -> None:
    shell = {**WELL, ENDPOINT: "http://127.0.0.1:14317", "http_proxy": "http://proxy:3128"}
    assert told(proxy, seen({**shell, "no_proxy": "127.0.0.0/8"})) == []
    assert told(proxy, seen({**shell, "no_proxy": "10.0.0.0/8"}))


def test_over_http_the_client_asks_no_proxy_for_this_machine() -> None:
    assert told(proxy, seen({**HTTP, "http_proxy": "http://proxy:3128"})) == []


def test_a_helper_for_headers_is_named_where_it_is_asked() -> None:
    helper = file("user", has_headers_helper=True)
    place = f"{PLACES['user']}: otelHeadersHelper"
    assert told(headers_helper, seen(HTTP, helper)) == [("warning", place)]
    assert told(headers_helper, seen(WELL, helper)) == []


def test_a_timeout_in_seconds_is_named() -> None:
    name = "OTEL_EXPORTER_OTLP_TIMEOUT"
    assert told(export_timeout, seen({**WELL, name: "10"})) == [("error", f"the shell: {name}")]
    for value in ("10000", "100", "0", "soon"):
        assert told(export_timeout, seen({**WELL, name: value})) == []


def test_detailed_tracing_that_takes_events_along_is_named() -> None:
    name = "BETA_TRACING_ENDPOINT"
    both = {**WELL, name: "http://localhost:1", "ENABLE_BETA_TRACING_DETAILED": "1"}
    assert told(detailed_tracing, seen(both)) == [("error", f"the shell: {name}")]
    assert told(detailed_tracing, seen({**WELL, name: "http://localhost:1"})) == []
