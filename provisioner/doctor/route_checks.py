"""Does what the client sends get to this stack's door?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed, Variable
from provisioner.doctor.resolve import PREFIX, SIGNALS
from provisioner.doctor.routes import ON, PROTOCOLS, Route, exporters, is_on, routes
from provisioner.doctor.words import without_secrets
from provisioner.settings import Ports

SETUP = "claude-otel setup"
SHORTEST_TIMEOUT_MS = 100
PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
"""In the order in which the client's gRPC looks; it reads none in capitals."""

_USUAL = Ports()
_OTHERS = (4317, 4318)


def protocol_unknown(observed: Observed) -> Iterator[Finding]:
    """One word that is no protocol, and the client sends nothing at all."""
    for route in routes(observed):
        if route.protocol_by and route.protocol not in PROTOCOLS:
            yield Finding(
                id="protocol-unknown",
                severity="error",
                where=route.protocol_by.where,
                what=f"the client knows no protocol {without_secrets(route.protocol)!r}, "
                "and then sends nothing at all",
                fix=route.protocol_by.set_to("grpc"),
            )


def protocol_port_mixed(observed: Observed) -> Iterator[Finding]:
    """Each port speaks one protocol, and a client with the other loses everything in silence."""
    ports = observed.ports
    for route in routes(observed):
        wrong = ports.otlp_http if route.is_grpc else ports.otlp_grpc
        if route.is_here and route.port == wrong and route.protocol in PROTOCOLS:
            right = "http/protobuf" if route.is_grpc else "grpc"
            said = route.protocol if route.protocol_by else f"{route.protocol} (nothing is set)"
            yield Finding(
                id="protocol-port-mixed",
                severity="error",
                where=route.protocol_by.where if route.protocol_by else f"{PREFIX}PROTOCOL",
                what=f"the client speaks {said} with port {wrong}, which speaks {right}",
                fix=_speak(route, right),
            )


def _speak(route: Route, protocol: str) -> str:
    by = route.protocol_by
    if by is None:
        return f"{SETUP}, or export {PREFIX}PROTOCOL={protocol}"
    is_own = route.signal in by.name and not route.has_own_endpoint
    return by.taken_out() if is_own else by.set_to(protocol)


def endpoint_malformed(observed: Observed) -> Iterator[Finding]:
    """An address that the client cannot use, or that the stack's door does not know."""
    flaws = {
        "address": "it is no address: http://HOST:PORT is",
        "scheme": "it does not begin with http://, and this stack speaks nothing else",
        "path": "over HTTP, the client adds /v1/logs and the like to a general endpoint, "
        "and adds nothing to one of a signal",
    }
    for route in routes(observed):
        if route.flaw and route.endpoint_by and (route.is_here or route.flaw == "address"):
            yield Finding(
                id="endpoint-malformed",
                severity="error",
                where=route.endpoint_by.where,
                what=flaws[route.flaw],
                fix=route.endpoint_by.taken_out()
                if route.has_own_endpoint
                else route.endpoint_by.set_to(_door(observed, route)),
            )


def endpoint_elsewhere(observed: Observed) -> Iterator[Finding]:
    """Telemetry goes somewhere, but not here."""
    for route, place in _astray(observed):
        by = route.endpoint_by
        if by is None and is_on(observed):
            yield Finding(
                id="endpoint-elsewhere",
                severity="error",
                where=f"{PREFIX}ENDPOINT",
                what=f"no endpoint is set, so telemetry goes to {place}",
                fix=f"{SETUP}, or export {PREFIX}ENDPOINT={_door(observed, route)}",
            )
        elif by and not route.has_own_endpoint:
            yield Finding(
                id="endpoint-elsewhere",
                severity="error",
                where=by.where,
                what=f"telemetry goes to {place}{by.aside}",
                fix=by.set_to(_door(observed, route)),
            )


def endpoint_per_signal(observed: Observed) -> Iterator[Finding]:
    """A leftover takes one signal elsewhere."""
    for route, place in _astray(observed):
        if route.endpoint_by and route.has_own_endpoint:
            yield Finding(
                id="endpoint-per-signal",
                severity="error",
                where=route.endpoint_by.where,
                what=f"it sends {route.name} to {place}, whatever the general endpoint says",
                fix=route.endpoint_by.taken_out(),
            )


def _astray(observed: Observed) -> Iterator[tuple[Route, str]]:
    for route in routes(observed):
        place = _elsewhere(route, observed.ports)
        if place and route.flaw != "address":
            yield route, place


def _door(observed: Observed, route: Route) -> str:
    ports = observed.ports
    return f"http://localhost:{ports.otlp_grpc if route.is_grpc else ports.otlp_http}"


def _elsewhere(route: Route, ports: Ports) -> str:
    """In words, where a route ends that does not end here; empty when it does."""
    ours = (ports.otlp_grpc, ports.otlp_http)
    doors = f"this stack listens on {ours[0]} (gRPC) and {ours[1]} (HTTP)"
    if not route.is_here:
        return f"{route.host}, not to this stack ({doors})"
    if route.port in ours:
        return ""
    if route.port in _OTHERS:
        return f"port {route.port}, the usual one of other programs; {doors}"
    if route.port in (_USUAL.otlp_grpc, _USUAL.otlp_http):
        return f"port {route.port}, but by this stack's settings {doors}"
    return f"port {route.port or 'of that scheme'}, which is none of this stack's; {doors}"


def stack_down(observed: Observed) -> Iterator[Finding]:
    """Nobody opens."""
    ports = observed.ports
    ours = (ports.otlp_grpc, ports.otlp_http)
    asked = [each.port for each in routes(observed) if each.is_here and each.port in ours]
    for port in dict.fromkeys(asked or ours[:1]):
        if port not in observed.listening:
            yield Finding(
                id="stack-down",
                severity="error",
                where=f"127.0.0.1:{port}",
                what="nobody listens there: the stack is down, or runs with other settings",
                fix="claude-otel up (or make up, in the checkout)",
            )


def proxy(observed: Observed) -> Iterator[Finding]:
    """The client's gRPC asks a proxy even for this machine, and a proxy is another machine."""
    by = next((observed.variables[name] for name in PROXIES if observed.value(name)), None)
    for route in routes(observed):
        if by and route.is_grpc and route.is_here and not _is_exempt(route.host, observed):
            yield Finding(
                id="proxy",
                severity="error",
                where=by.where,
                what=f"telemetry for {route.host} goes to that proxy: over gRPC the client "
                "minds no_proxy in lower case only, without blanks or *",
                fix=_exemption(by, observed),
            )


def _is_exempt(host: str, observed: Observed) -> bool:
    listed = observed.value("no_grpc_proxy") or observed.value("no_proxy")
    return bool(listed) and any(_covers(entry, host) for entry in listed.split(","))


def _covers(entry: str, host: str) -> bool:
    """As the client's gRPC does it: an address in a network, or the end of a name."""
    if "/" not in entry:
        return host.endswith(entry)
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _exemption(by: Variable, observed: Observed) -> str:
    name = "no_grpc_proxy" if observed.value("no_grpc_proxy") else "no_proxy"
    listed = [each.strip() for each in observed.value(name).split(",") if each.strip()]
    value = ",".join(dict.fromkeys([*listed, "localhost", "127.0.0.1"]))
    standing = observed.variables.get(name)
    at = standing.layer if standing else by.layer
    return Variable(name=name, value="", layer=at).set_to(value)


def headers_helper(observed: Observed) -> Iterator[Finding]:
    """A program that fails keeps everything back."""
    speaks_http = any(not route.is_grpc for route in routes(observed))
    for layer in observed.layers:
        if layer.has_headers_helper and speaks_http:
            yield Finding(
                id="headers-helper",
                severity="warning",
                where=f"{layer.path}: otelHeadersHelper",
                what="when that program fails, the client sends nothing; this stack needs none",
                fix=f"{PREFIX}PROTOCOL=grpc, with which it is not asked, or take it out",
            )


def export_timeout(observed: Observed) -> Iterator[Finding]:
    """Other SDKs count seconds."""
    names = (f"{PREFIX}TIMEOUT", *(f"{PREFIX}{signal}_TIMEOUT" for signal in SIGNALS))
    for name in names:
        value = observed.value(name)
        if value.isascii() and value.isdigit() and 0 < int(value) < SHORTEST_TIMEOUT_MS:
            yield Finding(
                id="export-timeout",
                severity="error",
                where=observed.variables[name].where,
                what=f"the client gives up after {value} milliseconds, too soon to hand over",
                fix=observed.variables[name].taken_out(),
            )


def detailed_tracing(observed: Observed) -> Iterator[Finding]:
    """The beta of detailed traces takes events along to an endpoint of its own."""
    by = observed.variables.get("BETA_TRACING_ENDPOINT")
    is_detailed = observed.value("ENABLE_BETA_TRACING_DETAILED").lower() in ON
    if by and by.value.strip() and is_detailed and "otlp" in exporters(observed, "LOGS"):
        yield Finding(
            id="detailed-tracing",
            severity="error",
            where=by.where,
            what="with detailed tracing, events go to that endpoint and not to the general one",
            fix=by.taken_out(),
        )


CHECKS = (
    Check(id="protocol-unknown", look=protocol_unknown),
    Check(id="protocol-port-mixed", look=protocol_port_mixed),
    Check(id="endpoint-malformed", look=endpoint_malformed),
    Check(id="endpoint-elsewhere", look=endpoint_elsewhere),
    Check(id="endpoint-per-signal", look=endpoint_per_signal),
    Check(id="proxy", look=proxy),
    Check(id="headers-helper", look=headers_helper),
    Check(id="export-timeout", look=export_timeout),
    Check(id="detailed-tracing", look=detailed_tracing),
    Check(id="stack-down", look=stack_down),
)
