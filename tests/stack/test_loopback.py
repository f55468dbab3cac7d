"""Is there a port of the stack through which a web page could read or change anything?

A request succeeds when it is answered with less than 300 (a redirect leads to what is tried, too).
What it would have stored is looked for in the stores, and every engine must still be the same one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest

from provisioner.backends import Sample, get, post_otlp
from provisioner.keys import key_file
from provisioner.otlp import Sender, logs_request, send
from provisioner.placement import ENGINES, LISTENERS
from provisioner.records import Event
from provisioner.runtime.choose import open_runtime
from provisioner.runtime.compose import PROJECT_LABEL, ComposeRuntime
from provisioner.runtime.model import silent
from tests.stack.books import eventually
from tests.stack.pages import JSON, NOBODY, PAGES, Ask, Page, asked, reads, writes
from tests.stack.stacks import TestStack

FORGED, MEANT = "forged", "meant"
LEAST_BAD = 300
WITHOUT_TLS = {"otlp_grpc", "otlp_http", "spool", "loki_grpc", "prometheus", "loki", "metrics"}
"""The doors with their token, what speaks gRPC among the engines, and what the gateway serves."""


def _ports(stack: TestStack) -> dict[str, int]:
    """Every port that the stack's engines really listen on, or publish, by its setting."""
    runtime = open_runtime(stack.workspace, silent)
    held = {port for engine in ENGINES for port in runtime.ports(engine)}
    named = {name: port for name, port in stack.settings.ports if port in held}
    assert held == set(named.values()), "a port that no setting names"
    return named


def _succeeded(
    stack: TestStack, pages: tuple[Page, ...], asks: tuple[Ask, ...]
) -> Iterator[tuple[str, str, str, int]]:
    for name, port in _ports(stack).items():
        for page in pages:
            for ask in asks:
                status = asked(page, ask, port)
                if status is not None and status < LEAST_BAD:
                    yield name, page.name, ask.name, status


def _stored(stack: TestStack, name: str) -> list[list[Sample]]:
    """What the stores have of what was tried: series, and counts of entries."""
    return [
        stack.prometheus.query(f'{{__name__="{name}"}}'),
        stack.loki.query(f'count_over_time({{service_name="{name}"}} [1h])'),
    ]


def _lives(stack: TestStack) -> dict[str, str]:
    """Which process each engine is, or since when its container has run."""
    runtime = open_runtime(stack.workspace, silent)
    if isinstance(runtime, ComposeRuntime):
        label = f"{PROJECT_LABEL}={stack.settings.project}"
        found = runtime.client.containers.list(all=True, filters={"label": label})
        return {str(each.name): each.attrs["State"]["StartedAt"] for each in found}
    states = runtime.states().values()
    return {state.engine: state.detail.partition(",")[0] for state in states}


def test_every_port_that_the_placement_names_is_tried(stack: TestStack) -> None:
    expected = {
        each.name
        for each in LISTENERS
        if each.engine != "grafana" and (each.published or stack.runtime == "native")
    }
    assert set(_ports(stack)) - {"grafana"} == expected


def test_no_page_reads_or_changes_anything_through_any_port(stack: TestStack) -> None:
    before = _lives(stack)
    assert list(_succeeded(stack, PAGES, (*reads(), *writes(FORGED)))) == []
    assert _lives(stack) == before
    assert _stored(stack, FORGED) == [[], []]


def test_without_a_key_or_the_token_nobody_changes_anything(stack: TestStack) -> None:
    before = _lives(stack)
    assert list(_succeeded(stack, (NOBODY,), tuple(writes(FORGED)))) == []
    assert _lives(stack) == before
    assert _stored(stack, FORGED) == [[], []]


def test_what_is_tried_is_taken_from_who_has_the_token_or_the_key(stack: TestStack) -> None:
    workspace = stack.workspace
    key, token = key_file(workspace.home), workspace.token
    bases = {
        "/v1/": workspace.url("otlp_http"),
        "/api/v1/otlp": workspace.engine_url("prometheus_engine"),
        "/loki/": workspace.engine_url("loki_engine"),
        "/otlp/": workspace.engine_url("loki_engine"),
    }
    for ask in writes(MEANT):
        base = next((each for path, each in bases.items() if ask.path.startswith(path)), None)
        if base and ask.content_type == JSON:
            post_otlp(base + ask.path, ask.body.encode(), JSON, token=token, key=key)
    eventually(lambda: [len(each) > 0 for each in _stored(stack, MEANT)], [True, True])


def test_a_person_and_grafana_read_as_ever(stack: TestStack) -> None:
    ports = stack.settings.ports
    grafana = Page(
        name="grafana",
        host="localhost:{port}",
        headers={"Origin": f"http://localhost:{ports.grafana}", "Sec-Fetch-Site": "same-site"},
    )
    own = Page(
        name="own",
        host="localhost:{port}",
        headers={"Origin": "http://localhost:{port}", "Sec-Fetch-Site": "same-origin"},
    )
    typed = Page(name="typed", host="127.0.0.1:{port}", headers={"Sec-Fetch-Site": "none"})
    sixth = Page(name="IPv6", host="[::1]:{port}")
    query = Ask(
        method="POST",
        path="/api/v1/query",
        content_type="application/x-www-form-urlencoded",
        body="query=up",
    )
    for page in (NOBODY, grafana, own, typed, sixth):
        statuses = {
            asked(page, Ask(method="GET", path="/api/v1/query?query=up"), ports.prometheus),
            asked(page, query, ports.prometheus),
            asked(page, Ask(method="GET", path="/loki/api/v1/labels"), ports.loki),
            asked(page, Ask(method="GET", path="/metrics"), ports.metrics),
        }
        assert statuses == {200}, page.name


def test_a_link_opens_the_page_and_nothing_else(stack: TestStack) -> None:
    ports = stack.settings.ports
    link = Page(
        name="link",
        host="localhost:{port}",
        headers={
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    )
    # A Prometheus that was built here has no interface; what is not its API stands for that.
    page, answer = Ask(method="GET", path="/metrics"), "/api/v1/query?query=up"
    assert asked(link, page, ports.prometheus) == 200
    assert asked(link, Ask(method="GET", path=answer), ports.prometheus) == 403
    assert asked(link, Ask(method="GET", path="/loki/api/v1/labels"), ports.loki) == 403
    assert asked(link, Ask(method="GET", path="/metrics"), ports.metrics) == 403


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf", "http/json"])
def test_the_door_opens_to_the_token_over_every_protocol(stack: TestStack, protocol: str) -> None:
    sender = Sender(service_name="door", scope="door")
    send(stack.door, logs_request(sender, [Event(name="knock", attributes={})]), protocol)  # type: ignore[arg-type]


def test_all_else_is_for_who_has_the_key(stack: TestStack) -> None:
    for name, port in _ports(stack).items():
        if name not in WITHOUT_TLS:
            assert asked(NOBODY, Ask(method="GET", path="/metrics"), port) == 400, name
            assert _answer_without_a_key(port) == b"", name


def _answer_without_a_key(port: int) -> bytes:
    """What an engine answers to who speaks TLS, trusts anybody, and has no certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain) as secured,
        ):
            secured.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return secured.recv(1)
    except OSError:
        return b""


def test_the_stack_is_well_afterwards(stack: TestStack) -> None:
    for engine, url in stack.workspace.ready_urls.items():
        if engine != "grafana":
            assert get(url).ok
