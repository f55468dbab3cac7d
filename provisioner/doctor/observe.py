"""What is there to be seen? The only place where the doctor looks at anything."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from provisioner.applied import load_applied
from provisioner.backends import Loki, Prometheus, post_otlp
from provisioner.client_files import read_settings_files
from provisioner.doctor.model import Arrivals, Layer, Observed, Span, Version
from provisioner.doctor.resolve import resolve
from provisioner.errors import BackendError, DeliveryFailed
from provisioner.keys import read_token
from provisioner.placement import LOOPBACK
from provisioner.settings import Ports, Settings

CLIENT = "claude"
CLIENT_SECONDS = 10.0
CONNECT_SECONDS = 1.0
DAY_SECONDS = 86_400
PROTOBUF = "application/x-protobuf"
UNAUTHORIZED = 401
STEP_SECONDS = 300
"""So exactly it is known when something came; finer, and many series would take long to ask."""

LOOKED_AT = 20
"""So many of an event's newest records are asked which attributes they have."""

EVENTS = '{service_name=~"claude-code.*", ingest_source=""'
"""What clients sent themselves; history that was added has a source."""

_TELEMETRY = re.compile(
    r"OTEL_|CLAUDE_CODE_(ENABLE_TELEMETRY|ENHANCED_TELEMETRY|OTEL_)|(ENABLE_)?BETA_TRACING_"
    r"|(grpc|https?|no|no_grpc)_proxy$"
)


def observe(environ: Mapping[str, str], folder: Path, settings: Settings, home: Path) -> Observed:
    """The client as it would start in a folder, and the stack, at this moment."""
    shell = Layer(scope="shell", env=_telemetry(environ))
    files = read_settings_files(environ, folder)
    layers = (
        shell,
        *(
            Layer(
                scope=each.scope,
                path=str(each.path),
                env=_telemetry(each.env),
                has_headers_helper=each.has_headers_helper,
                problem=each.problem,
            )
            for each in files
        ),
    )
    client = shutil.which(CLIENT, path=environ.get("PATH"))
    ports, token = settings.ports, read_token(home)
    return Observed(
        layers=layers,
        variables=resolve(layers),
        ports=ports,
        has_client=client is not None,
        version=_version(client) if client else None,
        listening=frozenset(
            port for port in (ports.otlp_grpc, ports.otlp_http) if _is_listening(port)
        ),
        token=token,
        takes_token=_takes_token(ports, token),
        arrivals=_arrivals(ports),
        set_aside=load_applied(home).set_aside,
    )


def _telemetry(env: Mapping[str, str]) -> dict[str, str]:
    """Only what bears on telemetry, so that nothing else can ever be shown."""
    return {name: value for name, value in env.items() if _TELEMETRY.match(name)}


def _version(client: str) -> Version | None:
    """What the client says itself; None when it does not say."""
    try:
        done = subprocess.run(
            [client, "--version"],
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _is_listening(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False


def _takes_token(ports: Ports, token: str) -> bool:
    """Whether the door opens to it: asked with a request that holds nothing."""
    if not token:
        return True
    url = f"http://{LOOPBACK}:{ports.otlp_http}/v1/logs"
    try:
        post_otlp(url, b"", PROTOBUF, token=token)
    except DeliveryFailed as error:
        return error.status != UNAUTHORIZED
    return True


def _arrivals(ports: Ports) -> Arrivals | None:
    """What has come in the last day; None when one of the stores does not answer."""
    prometheus = Prometheus(url=f"http://{LOOPBACK}:{ports.prometheus}")
    now = time.time()
    try:
        busy = _span(prometheus, 'ledger_active_seconds{origin="live",type="cli"}', now)
        sessions = _span(prometheus, 'ledger_sessions{origin="live"}', now)
        return Arrivals(
            events=_events(Loki(url=f"http://{LOOPBACK}:{ports.loki}"), now),
            request=_span(prometheus, 'ledger_api_requests{origin="live"}', now),
            counter=max((each for each in (busy, sessions) if each), key=_last, default=None),
            busy=busy,
            alerts=tuple(prometheus.firing()),
        )
    except BackendError:
        return None


def _last(span: Span) -> float:
    return span.last


def _span(prometheus: Prometheus, selector: str, now: float) -> Span | None:
    """When samples came first and last in the day."""
    counted = f"sum(count_over_time({selector}[{STEP_SECONDS}s]))"
    found = prometheus.query_range(counted, now - DAY_SECONDS, now, STEP_SECONDS)
    times = [sample.at for sample in found]
    return Span(first=min(times), last=max(times)) if times else None


def _events(loki: Loki, now: float) -> dict[str, frozenset[str]]:
    """The names of all events of the last day, and the attributes of the newest of each."""
    end = int(now * 1e9)
    counted = f"sum by (event_name) (count_over_time({EVENTS}}}[{DAY_SECONDS}s]))"
    said = {sample.labels.get("event_name", "") for sample in loki.query(counted, end)}
    names = said - {"", "other"}
    found = {name: _attributes(loki, name, end) for name in names}
    return found | {name: frozenset() for name in _unknown(loki, end)}


def _unknown(loki: Loki, end: int) -> set[str]:
    """What the newest events are called that the collector files as `other`."""
    query = f'{EVENTS}, event_name="other"}} | event_name_client=~"[a-z][a-z0-9_.]{{0,63}}"'
    newest = loki.entries(query, end - DAY_SECONDS * 10**9, end, LOOKED_AT, newest=True)
    return {entry.attributes["event_name_client"] for entry in newest}


def _attributes(loki: Loki, name: str, end: int) -> frozenset[str]:
    query = f'{EVENTS}, event_name="{name}"}}'
    start = end - DAY_SECONDS * 1_000_000_000
    newest = loki.entries(query, start, end, LOOKED_AT, newest=True)
    return frozenset(key for entry in newest for key in entry.attributes)
