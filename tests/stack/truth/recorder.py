"""What did a sender hand over? Writes down every OTLP record on its way to the collector.

So a test knows each record before the stack has touched it. Senders speak http/json to it, and
only what the collector has acknowledged is written down: the rest they send again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from provisioner.backends import post_otlp
from provisioner.errors import DeliveryFailed
from provisioner.otlp import Door
from provisioner.records import Value
from tests.servers import Answer, Request, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event, or one point of a counter with its value, as it was sent."""

    name: str
    attributes: Mapping[str, Value]
    resource: Mapping[str, Value]
    at_ns: int
    value: float | None = None

    @property
    def is_event(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Stands before a collector's HTTP door."""

    url: str
    _records: list[Record]

    @property
    def records(self) -> tuple[Record, ...]:
        """Everything so far, in the order of its arrival."""
        return tuple(self._records)


@contextmanager
def recording(door: Door) -> Iterator[Recorder]:
    """A recorder that listens until the block ends."""
    tape = _Tape(door=door)
    with serving(tape.hand_on) as server:
        yield Recorder(url=server.url, _records=tape.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tape:
    door: Door
    records: list[Record] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def hand_on(self, request: Request) -> Answer:
        try:
            url, token = f"{self.door.http_url}{request.path}", self.door.token
            post_otlp(url, request.body, "application/json", token=token)
        except DeliveryFailed as error:
            return Answer(body=str(error).encode(), status=503)
        with self.lock:
            self.records.extend(_records(json.loads(request.body)))
        return Answer(body=b"{}")


def _records(request: Mapping[str, Any]) -> Iterator[Record]:
    for group in request.get("resourceLogs", []):
        for scope in group["scopeLogs"]:
            for each in scope["logRecords"]:
                yield _event(each, _attributes(group["resource"]))
    for group in request.get("resourceMetrics", []):
        for scope in group["scopeMetrics"]:
            for metric in scope["metrics"]:
                for point in metric["sum"]["dataPoints"]:
                    yield _point(metric["name"], point, _attributes(group["resource"]))


def _event(record: Mapping[str, Any], resource: Mapping[str, Value]) -> Record:
    attributes = _attributes(record)
    return Record(
        name=str(attributes["event.name"]),
        attributes=attributes,
        resource=resource,
        at_ns=int(record["timeUnixNano"]),
    )


def _point(name: str, point: Mapping[str, Any], resource: Mapping[str, Value]) -> Record:
    return Record(
        name=name,
        attributes=_attributes(point),
        resource=resource,
        at_ns=int(point["timeUnixNano"]),
        value=float(point["asDouble"] if "asDouble" in point else point["asInt"]),
    )


def _attributes(holder: Mapping[str, Any]) -> dict[str, Value]:
    return {each["key"]: _value(each["value"]) for each in holder.get("attributes", [])}


def _value(value: Mapping[str, Any]) -> Value:
    (kind, content), *_ = value.items()
    match kind:
        case "intValue":
            return int(content)
        case "stringValue" | "boolValue" | "doubleValue":
            plain: Value = content
            return plain
        case _:
            return json.dumps(content)
