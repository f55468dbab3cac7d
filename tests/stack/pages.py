"""What may a web page send to a port of this machine, and what does it get?

A page is foreign (it has an address of its own), rebound (its own name leads to this machine by
now), or beside (of another program on this machine). Its browser adds the headers that say so;
what a page can choose is the method, the path, the body and a few content types.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SECONDS = 5.0
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TEXT = "text/plain"
PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Who asks: the headers that a browser adds for it; `{port}` is the port that is asked."""

    name: str
    host: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked."""

    method: str
    path: str
    content_type: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path} {self.content_type}".strip()


_CORS = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
_EMBED = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
_FRAME = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
_EVIL = "http://evil.example"

PAGES = (
    Page(
        name="foreign",
        host="localhost:{port}",
        headers={"Origin": _EVIL, "Sec-Fetch-Site": "cross-site", **_CORS},
    ),
    Page(
        name="foreign, by address",
        host="127.0.0.1:{port}",
        headers={"Origin": "null", "Sec-Fetch-Site": "cross-site", **_CORS},
    ),
    Page(
        name="foreign, embedding",
        host="localhost:{port}",
        headers={"Sec-Fetch-Site": "cross-site", **_EMBED},
    ),
    Page(
        name="foreign, framing",
        host="localhost:{port}",
        headers={"Sec-Fetch-Site": "cross-site", **_FRAME},
    ),
    Page(name="foreign, old browser", host="localhost:{port}", headers={"Origin": _EVIL}),
    Page(
        name="beside",
        host="localhost:{port}",
        headers={"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site", **_CORS},
    ),
    Page(
        name="beside, embedding",
        host="localhost:{port}",
        headers={"Sec-Fetch-Site": "same-site", **_EMBED},
    ),
    Page(
        name="rebound",
        host="evil.example:{port}",
        headers={"Sec-Fetch-Site": "same-origin", **_CORS},
    ),
    Page(
        name="rebound, writing",
        host="evil.example:{port}",
        headers={
            "Origin": "http://evil.example:{port}",
            "Sec-Fetch-Site": "same-origin",
            **_CORS,
        },
    ),
    Page(name="rebound, old browser", host="evil.example"),
    Page(
        name="rebound, of a tricky name",
        host="localhost.evil.example:{port}",
        headers={"Origin": "http://localhost.evil.example:{port}"},
    ),
)

NOBODY = Page(name="nobody", host="localhost:{port}")
"""A program, or an old browser's simplest requests: they may read, and only that."""


def _json(content: object) -> str:
    return json.dumps(content)


def _otlp_metric(name: str) -> str:
    point = {"asDouble": 1e6, "timeUnixNano": str(time.time_ns()), "attributes": []}
    metric = {"name": name, "gauge": {"dataPoints": [point]}}
    return _json({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]})


def _otlp_log(name: str) -> str:
    event = {"key": "event.name", "value": {"stringValue": name}}
    record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": name}}
    service = {"key": "service.name", "value": {"stringValue": name}}
    logs = {"logRecords": [{**record, "attributes": [event]}]}
    resource = {"attributes": [service]}
    return _json({"resourceLogs": [{"resource": resource, "scopeLogs": [logs]}]})


def _push(name: str) -> str:
    stream = {"stream": {"service_name": name}, "values": [[str(time.time_ns()), name]]}
    return _json({"streams": [stream]})


_PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,authorization",
}
_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
_LOKI = "/loki/api/v1"
_ENTRIES = '?query=%7Bservice_name%3D~".%2B"%7D'


def reads() -> Iterator[Ask]:
    """What would tell a page something."""
    for path in (
        "/",
        "/metrics",
        "/config",
        "/services",
        "/ready",
        "/ready/collector",
        "/api/v1/query?query=up",
        "/api/v1/status/config",
        "/api/v1/labels",
        "/federate?match[]=up",
        f"{_LOKI}/query_range{_ENTRIES}",
        f"{_LOKI}/labels",
        "/debug/pprof/",
        "/debug/pprof/goroutine?debug=1",
    ):
        yield Ask(method="GET", path=path)
    yield Ask(method="HEAD", path="/metrics")
    yield Ask(method="POST", path="/api/v1/query", content_type=FORM, body="query=up")
    yield Ask(method="GET", path=f"{_LOKI}/tail{_ENTRIES}", headers=_UPGRADE)


def writes(name: str) -> Iterator[Ask]:
    """What would change something, and what a browser asks before it sends some of that.

    The name stands in whatever would be stored, so that it can be looked for.
    """
    yield from _endings()
    yield from _forgeries(name)
    for path in ("/v1/logs", f"{_LOKI}/push", "/api/v1/otlp/v1/metrics", "/api/v1/query"):
        yield Ask(method="OPTIONS", path=path, headers=_PREFLIGHT)


def _endings() -> Iterator[Ask]:
    """What would end an engine, or delete what it has."""
    down = "ingester/shutdown"
    for path in (f"/{down}", f"//{down}", f"/x/../{down}", "/%69ngester/shutdown", "/flush"):
        yield Ask(method="GET", path=path)
    tsdb = "/api/v1/admin/tsdb"
    for path in (f"/{down}", "/flush", "/-/quit", "/-/reload", f"{tsdb}/snapshot", "/log_level"):
        yield Ask(method="POST", path=path, content_type=FORM, body="log_level=debug")
    yield Ask(method="PUT", path="/-/quit")
    for method in ("POST", "PUT", "DELETE"):
        yield Ask(method=method, path=f"{tsdb}/delete_series?match[]=up")
        yield Ask(method=method, path=f"{_LOKI}/delete{_ENTRIES}&start=0")


def _forgeries(name: str) -> Iterator[Ask]:
    """What would be stored; a page may send text without asking first."""
    bodies = {
        f"{_LOKI}/push": _push(name),
        "/otlp/v1/logs": _otlp_log(name),
        "/v1/logs": _otlp_log(name),
        "/api/v1/otlp/v1/metrics": _otlp_metric(name),
        "/v1/metrics": _otlp_metric(name),
    }
    for path, body in bodies.items():
        for kind in (JSON, TEXT):
            yield Ask(method="POST", path=path, content_type=kind, body=body)
    for path in ("/api/v1/write", "/api/v1/otlp/v1/metrics", "/v1/logs"):
        yield Ask(method="POST", path=path, content_type=PROTOBUF)


def asked(page: Page, ask: Ask, port: int) -> int | None:
    """The status that a page gets; None where there is no answer that a browser understands."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    kind = {"Content-Type": ask.content_type} if ask.content_type else {}
    said = {name: value.format(port=port) for name, value in page.headers.items()}
    headers = {"Host": page.host.format(port=port), **said, **ask.headers, **kind}
    try:
        connection.request(ask.method, ask.path, ask.body or None, headers)
        return connection.getresponse().status
    except (TimeoutError, http.client.HTTPException, OSError):
        return None
    finally:
        connection.close()
