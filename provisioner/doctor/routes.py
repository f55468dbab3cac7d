"""Where does the client send each signal, and how?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from provisioner.doctor.model import Observed, Variable
from provisioner.doctor.resolve import ENABLE, PREFIX, SIGNALS

ON = ("1", "true", "yes", "on")
PROTOCOLS = ("grpc", "http/protobuf", "http/json")
NAMES = {"METRICS": "counters", "LOGS": "events"}
LOSSES = {
    "METRICS": "sessions, lines, commits and active time",
    "LOGS": "cost, tokens, requests and tool calls",
}

Shape = Literal["", "address", "scheme", "path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One signal's way: what the variables say, with what the client makes of a missing one."""

    signal: str
    protocol: str
    protocol_by: Variable | None
    endpoint: str
    endpoint_by: Variable | None
    host: str
    port: int | None
    flaw: Shape

    @property
    def name(self) -> str:
        return NAMES[self.signal]

    @property
    def is_grpc(self) -> bool:
        return self.protocol == "grpc"

    @property
    def is_here(self) -> bool:
        return self.host == "localhost" or self.host.startswith("127.")

    @property
    def has_own_endpoint(self) -> bool:
        return self.endpoint_by is not None and self.signal in self.endpoint_by.name


def is_on(observed: Observed) -> bool:
    """Whether telemetry is switched on."""
    return observed.value(ENABLE).lower() in ON


def exporters(observed: Observed, signal: str) -> tuple[str, ...]:
    """The exporters that a signal has."""
    names = observed.value(f"OTEL_{signal}_EXPORTER").split(",")
    return tuple(name.strip() for name in names if name.strip())


def routes(observed: Observed) -> Iterator[Route]:
    """The way of each signal that is sent."""
    for signal in SIGNALS:
        if "otlp" in exporters(observed, signal):
            yield _route(observed, signal)


def _route(observed: Observed, signal: str) -> Route:
    protocol_by = _own_or_general(observed, signal, "PROTOCOL")
    endpoint_by = _own_or_general(observed, signal, "ENDPOINT")
    protocol = protocol_by.value.strip() if protocol_by else "http/protobuf"
    usual = 4317 if protocol == "grpc" else 4318
    endpoint = endpoint_by.value.strip() if endpoint_by else f"http://localhost:{usual}"
    parts = _split(endpoint)
    is_own = endpoint_by is not None and signal in endpoint_by.name
    is_open = observed.value(f"{PREFIX}INSECURE").lower() == "true"
    return Route(
        signal=signal,
        protocol=protocol,
        protocol_by=protocol_by,
        endpoint=endpoint,
        endpoint_by=endpoint_by,
        host=(parts.hostname or "") if parts else "",
        port=parts.port if parts else None,
        flaw=_flaw(endpoint, parts, protocol, f"/v1/{signal.lower()}" if is_own else "", is_open),
    )


def _own_or_general(observed: Observed, signal: str, suffix: str) -> Variable | None:
    """The signal's own variable, else the general one; an empty one is as good as none."""
    for name in (f"{PREFIX}{signal}_{suffix}", f"{PREFIX}{suffix}"):
        if observed.value(name):
            return observed.variables[name]
    return None


def _split(endpoint: str) -> SplitResult | None:
    """The address in parts, also without a scheme; None when it is none."""
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_address else None


def _flaw(
    endpoint: str,
    parts: SplitResult | None,
    protocol: str,
    path: str,
    is_open: bool,  # noqa: FBT001
) -> Shape:
    if parts is None:
        return "address"
    if parts.scheme != "http" and not (protocol == "grpc" and is_open and "://" not in endpoint):
        return "scheme"
    if protocol != "grpc" and parts.path.rstrip("/") != path:
        return "path"
    return ""
