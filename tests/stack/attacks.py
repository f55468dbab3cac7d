"""What might a broken or hostile sender say to the door? Requests, and what of each is valid."""

from __future__ import annotations

import gzip
import math
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from provisioner.backends import authorization
from provisioner.otlp import Sender, logs_request
from provisioner.records import Event
from provisioner.telemetry import EVENT_SCOPE
from tests.stack.stacks import TestStack

COST = 0.25
"""What each valid request of an attack cost."""

MEGABYTE = 1_000_000
DOOR_BYTES = 2**21
LEVELS = 20_000
PROTOBUF, JSON = "application/x-protobuf", "application/json"

Body = bytes
Attack = Callable[[str], Iterator[Body]]
"""Makes requests of a project, all of which the door takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An attack that the door takes: its requests, and how many of them are to be counted."""

    requests: Attack
    counted: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request that the door must refuse."""

    body: Callable[[], Body]
    content_type: str = PROTOBUF
    headers: Mapping[str, str] | None = None


def post(
    stack: TestStack,
    body: Body,
    content_type: str = PROTOBUF,
    headers: Mapping[str, str] | None = None,
    signal: str = "logs",
) -> int:
    """Hand a body to the door as it is; the status of the answer."""
    request = urllib.request.Request(  # noqa: S310 - the stack's own address
        f"{stack.door.http_url}/v1/{signal}",
        data=body,
        headers={
            "Content-Type": content_type,
            **authorization(stack.door.token),
            **(headers or {}),
        },
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def valid(project: str, service: str = "claude-code") -> tuple[ExportLogsServiceRequest, LogRecord]:
    """A request that is to be counted, and its record, for an attack to change."""
    event = Event(name="api_request", attributes={"project": project, "cost_usd": COST})
    request = logs_request(Sender(service_name=service, scope=EVENT_SCOPE), [event])
    return request, request.resource_logs[0].scope_logs[0].log_records[0]


def text(name: str, value: str) -> KeyValue:
    return KeyValue(key=name, value=AnyValue(string_value=value))


def _nested(values: list[KeyValue]) -> AnyValue:
    return AnyValue(kvlist_value=KeyValueList(values=values))


def _with(project: str, *attributes: KeyValue) -> Body:
    request, record = valid(project)
    record.attributes.extend(attributes)
    return bytes(request.SerializeToString())


def _field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message, for messages that no library would write."""
    return _head(number, len(content)) + content


def _head(number: int, length: int) -> bytes:
    said = b""
    while length > 127:
        said += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + said + bytes([length])


def _many_attributes(project: str) -> Iterator[Body]:
    yield _with(project, *(text(f"a{number}", "v") for number in range(10_000)))


def _nested_attributes(project: str) -> Iterator[Body]:
    """Loki would make a name of each; queries that met 100,000 of them never ended."""
    yield _with(
        project, KeyValue(key="deep", value=_nested([text(f"n{n}", "v") for n in range(100_000)]))
    )
    yield _with(project, KeyValue(key="deep", value=_nested([KeyValue() for _ in range(200_000)])))


def _deep_arrays(_: str) -> Iterator[Body]:
    """A list in a list in a list …, as a body and as an attribute."""
    deep = b"".join(reversed(list(_levels())))
    yield _field(1, _field(2, _field(2, _field(5, deep))))
    yield _field(1, _field(2, _field(2, _field(6, _field(1, b"deep") + _field(2, deep)))))


def _levels() -> Iterator[bytes]:
    """What goes before each list, from the innermost to the outermost."""
    length = 0
    for _ in range(LEVELS):
        for field in (1, 5):
            head = _head(field, length)
            length += len(head)
            yield head


def _empty_records(_: str) -> Iterator[Body]:
    yield _field(1, _field(2, b"\x12\x00" * 700_000))


def _long_texts(project: str) -> Iterator[Body]:
    yield _with(project, text("long", "x" * MEGABYTE), text("model", "m" * 900_000))
    yield _with(project, text("k" * MEGABYTE, "v"))
    for body in (AnyValue(string_value="b" * 1_900_000), _nested([text("z", "\x01" * 1_900_000)])):
        request, record = valid(project)
        record.body.CopyFrom(body)
        yield bytes(request.SerializeToString())


def _long_resource(project: str) -> Iterator[Body]:
    """Both stores repeat it on each record: these would become two gigabytes."""
    for long in (text("user.email", "x" * MEGABYTE), text("k" * MEGABYTE, "v")):
        request = logs_request(
            Sender(service_name="claude-code", scope=EVENT_SCOPE),
            [Event(name="api_request", attributes={"project": project})] * 2000,
        )
        not_a_number = KeyValue(key="nan", value=AnyValue(double_value=math.nan))
        request.resource_logs[0].resource.attributes.extend([long, not_a_number])
        yield bytes(request.SerializeToString())


def _long_scope(project: str) -> Iterator[Body]:
    request = logs_request(
        Sender(service_name="claude-code", scope=EVENT_SCOPE),
        [Event(name="api_request", attributes={"project": project})] * 1000,
    )
    scope = request.resource_logs[0].scope_logs[0].scope
    scope.version = "v" * MEGABYTE
    scope.attributes.append(text("long", "x" * 900_000))
    yield bytes(request.SerializeToString())


def _odd_names(project: str) -> Iterator[Body]:
    names = ("", " ", "...", "ü", "\x00", "__name__", "__error__", "..error..", "a b", "1", "a.b")
    for name in (*names, "event_name", "service_name", "detected_level", "le", "traceID"):
        yield _with(project, text(name, "x"))
        request, _ = valid(project)
        resource = request.resource_logs[0]
        resource.resource.attributes.append(text(name, "x"))
        resource.scope_logs[0].scope.attributes.append(text(name, "x"))
        yield bytes(request.SerializeToString())
    yield _with(project, text("same", "1"), text("same", "2"), text("a.b", "1"), text("a_b", "2"))


ODD_NAMED = 2 * 16 + 1

_ODD_VALUES = (
    AnyValue(),
    AnyValue(int_value=-5),
    AnyValue(bool_value=True),
    AnyValue(double_value=math.nan),
    AnyValue(double_value=math.inf),
    AnyValue(double_value=-1.0),
    AnyValue(double_value=1e300),
    AnyValue(bytes_value=b"\xff"),
    AnyValue(string_value="n" * 3000),
    AnyValue(string_value="0x10"),
    AnyValue(string_value="Infinity"),
    _nested([text(f"n{number}", "v") for number in range(100)]),
)


def _odd_costs(project: str) -> Iterator[Body]:
    for value in _ODD_VALUES:
        request, record = valid(project)
        next(each for each in record.attributes if each.key == "cost_usd").value.CopyFrom(value)
        names = ("duration_ms", "input_tokens", "tool_result_size_bytes")
        record.attributes.extend(KeyValue(key=name, value=value) for name in names)
        yield bytes(request.SerializeToString())


def _odd_event_names(project: str) -> Iterator[Body]:
    for value in _ODD_VALUES:
        request, record = valid(project)
        record.attributes[0].value.CopyFrom(value)
        yield bytes(request.SerializeToString())


def _odd_services(project: str) -> Iterator[Body]:
    for value in _ODD_VALUES:
        request, _ = valid(project)
        request.resource_logs[0].resource.attributes[0].value.CopyFrom(value)
        yield bytes(request.SerializeToString())
    request, _ = valid(project)
    del request.resource_logs[0].resource.attributes[:]
    yield bytes(request.SerializeToString())


def _odd_times(project: str) -> Iterator[Body]:
    now = time.time_ns()
    about_now = (now - 601 * 10**9, now + 600_900_000_000, now + 86_400 * 10**9)
    for at_ns in (0, 1, *about_now, 4_102_444_800 * 10**9, 2**63 - 1, 2**63, 2**64 - 1):
        request, record = valid(project)
        record.time_unix_nano = record.observed_time_unix_nano = at_ns
        yield bytes(request.SerializeToString())


def _no_utf8(project: str) -> Iterator[Body]:
    replaced = _with(project, text("user.email", "REPLACED"), text("model", "REPLACED"))
    yield replaced.replace(b"REPLACED", b"\xff\xfe\xc0LACED")
    request, record = valid(project)
    record.body.string_value = record.severity_text = "REPLACED"
    request.resource_logs[0].resource.attributes.extend(
        [text("REPLACED", "v"), text("REPLACEDa", "v")]
    )
    yield bytes(request.SerializeToString()).replace(
        b"REPLACED", b"\xff\xfe\xc0\xff\xfe\xc0\xff\xfe"
    )


def _strangers(project: str) -> Iterator[Body]:
    for scope in ("stranger", "", EVENT_SCOPE + "x", "claude-otel.probe", "s" * MEGABYTE):
        request, _ = valid(project, "stranger")
        request.resource_logs[0].scope_logs[0].scope.name = scope
        yield bytes(request.SerializeToString())


def _bare(_: str) -> Iterator[Body]:
    """Records that say hardly anything, some under the client's scope."""
    yield b""
    yield _field(1, b"")
    request = logs_request(Sender(service_name="", scope="s"), [Event(name="", attributes={})])
    yield bytes(request.SerializeToString())


ACCEPTED = {
    "10,000 attributes": Accepted(requests=_many_attributes, counted=1, cost=COST),
    "maps of 100,000 keys": Accepted(requests=_nested_attributes, counted=2, cost=2 * COST),
    "lists in 20,000 lists": Accepted(requests=_deep_arrays, counted=0, cost=0),
    "700,000 empty records": Accepted(requests=_empty_records, counted=0, cost=0),
    "strings of a megabyte": Accepted(requests=_long_texts, counted=4, cost=4 * COST),
    "a resource of a megabyte": Accepted(requests=_long_resource, counted=4000, cost=0),
    "a scope of a megabyte": Accepted(requests=_long_scope, counted=1000, cost=0),
    "odd names": Accepted(requests=_odd_names, counted=ODD_NAMED, cost=ODD_NAMED * COST),
    "odd costs": Accepted(requests=_odd_costs, counted=len(_ODD_VALUES), cost=0),
    "odd event names": Accepted(requests=_odd_event_names, counted=0, cost=0),
    "odd services": Accepted(
        requests=_odd_services, counted=len(_ODD_VALUES) + 1, cost=(len(_ODD_VALUES) + 1) * COST
    ),
    "odd times": Accepted(requests=_odd_times, counted=9, cost=9 * COST),
    "no UTF-8": Accepted(requests=_no_utf8, counted=2, cost=2 * COST),
    "strangers": Accepted(requests=_strangers, counted=0, cost=0),
    "hardly anything": Accepted(requests=_bare, counted=0, cost=0),
}


def _whole() -> Body:
    return bytes(valid("refused")[0].SerializeToString())


REFUSED = {
    "no protobuf": Refused(body=lambda: b"\xff" * 100),
    "half a request": Refused(body=lambda: _whole()[:-10]),
    "no JSON": Refused(body=lambda: b'{"resourceLogs": [', content_type=JSON),
    "JSON of another shape": Refused(body=lambda: b'{"resourceLogs": 5}', content_type=JSON),
    "JSON in 100,000 lists": Refused(
        body=lambda: b'{"resourceLogs": ' + b"[" * 100_000, content_type=JSON
    ),
    "protobuf said to be JSON": Refused(body=_whole, content_type=JSON),
    "a web form": Refused(body=_whole, content_type="application/x-www-form-urlencoded"),
    "plain text": Refused(body=_whole, content_type="text/plain"),
    "no content type": Refused(body=_whole, content_type=""),
    "a gzip bomb": Refused(
        body=lambda: gzip.compress(bytes(500 * MEGABYTE), 9),
        headers={"Content-Encoding": "gzip"},
    ),
    "no gzip": Refused(body=_whole, headers={"Content-Encoding": "gzip"}),
    "an unknown encoding": Refused(body=_whole, headers={"Content-Encoding": "rot13"}),
    "too large a body": Refused(body=lambda: bytes(DOOR_BYTES + 1)),
}
