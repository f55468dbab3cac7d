"""Who sends telemetry that no client was run for, and how does such a record look?"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisioner.backends import post_otlp
from provisioner.history import Stores
from provisioner.otlp import Door, Sender, logs_request, send
from provisioner.records import Event, Value
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE

DELTA = 1
_SEQUENCE = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at work in one project; `session` and `prompt` tell a stretch of it apart."""

    email: str
    team: str
    project: str
    session: str
    prompt: str = "prompt-1"
    origin: str = "live"
    entrypoint: str = "cli"
    terminal: str = "vscode"

    @property
    def resource(self) -> dict[str, Value]:
        whence: dict[str, Value] = {} if self.origin == "live" else {"origin": self.origin}
        return {"team": self.team, **whence}

    @property
    def attributes(self) -> dict[str, Value]:
        """What is on all records of the client."""
        owner, name = self.project.split("/")
        return {
            "user.email": self.email,
            "user.id": "0f" * 32,
            "session.id": self.session,
            "app.entrypoint": self.entrypoint,
            "terminal.type": self.terminal,
            "vcs.owner.name": owner,
            "vcs.repository.name": name,
        }

    def event(self, name: str, attributes: Mapping[str, Value]) -> Event:
        """An event as the client reports it."""
        own: dict[str, Value] = {"prompt.id": self.prompt, "event.sequence": next(_SEQUENCE)}
        return Event(name=name, attributes={**self.attributes, **own, **attributes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one of the client's counters has grown by."""

    name: str
    value: float
    attributes: Mapping[str, Value]


def send_events(
    url: str, person: Person, events: Sequence[Event], scope: str = EVENT_SCOPE
) -> None:
    """Hand events to the collector as the person's client would."""
    sender = Sender(service_name="claude-code", scope=scope, resource=person.resource)
    send(Door(grpc_address="", http_url=url), logs_request(sender, events), "http/json")


def send_counts(url: str, person: Person, counts: Sequence[Count]) -> None:
    """Hand what counters have grown by to the collector, as delta sums."""
    metrics = [
        {
            "name": f"claude_code.{count.name}",
            "sum": {
                "aggregationTemporality": DELTA,
                "isMonotonic": True,
                "dataPoints": [_point(count.value, {**person.attributes, **count.attributes})],
            },
        }
        for count in counts
    ]
    body = _metrics_request(METRIC_SCOPE, person.resource, metrics)
    post_otlp(f"{url}/v1/metrics", body, "application/json")


def store_amount(
    stores: Stores, name: str, amount: float, labels: Mapping[str, str], at: float
) -> None:
    """Put an amount of the past into Prometheus itself: the collector knows only the present."""
    metrics = [{"name": name, "gauge": {"dataPoints": [_point(amount, labels, at)]}}]
    url = f"{stores.prometheus_url}/api/v1/otlp/v1/metrics"
    post_otlp(url, _metrics_request("", {}, metrics), "application/json", key=stores.key)


def _metrics_request(
    scope: str, resource: Mapping[str, Value], metrics: Sequence[Mapping[str, object]]
) -> bytes:
    group = {
        "resource": {"attributes": _attributes(resource)},
        "scopeMetrics": [{"scope": {"name": scope}, "metrics": metrics}],
    }
    return json.dumps({"resourceMetrics": [group]}).encode()


def _point(value: float, attributes: Mapping[str, Value], at: float = 0) -> dict[str, object]:
    return {
        "asDouble": value,
        "timeUnixNano": str(int(at * 10**9) or time.time_ns()),
        "attributes": _attributes(attributes),
    }


def _attributes(values: Mapping[str, Value]) -> list[dict[str, object]]:
    return [{"key": key, "value": {"stringValue": str(value)}} for key, value in values.items()]
