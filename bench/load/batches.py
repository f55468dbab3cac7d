"""What does a client export, and what must be found of it? Requests, written before the clock runs.

As the real client does, each batch is one process' own: events, and beside them what its counters
have grown by meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.load.model import Signal
from provisioner.otlp import Protocol, Sender, increments_request, logs_request
from provisioner.records import Event, Increment, Record, Value
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE, TOKEN_TYPES

Sums = Mapping[tuple[str, ...], float]
"""Amounts by what they are and of whom: `("events", user, event name)`, `("cost", session)` …"""

PROTOCOLS: tuple[Protocol, ...] = ("grpc", "http/protobuf")
"""The two that the client speaks as it is set up; taken in turn by clients."""

BILLION = 10**9
BUILD_SECONDS = 60e-6
"""To write an event, rather too little: events bear the times at which they will be offered, about.
Some are a minute old then, which changes nothing; of the future, the books are not asked."""

RESOURCE: Mapping[str, Value] = {
    "host.arch": "amd64",
    "os.type": "linux",
    "os.version": "6.8.0-60-generic",
    "service.version": "2.1.330",
}
_EVENTS = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=RESOURCE)
_COUNTERS = Sender(service_name="claude-code", scope=METRIC_SCOPE, resource=RESOURCE)

_ON_POINTS = (
    "session.id",
    "user.id",
    "user.account_id",
    "user.email",
    "user.account_uuid",
    "organization.id",
    "team",
    "terminal.type",
    "app.entrypoint",
    "app.version",
    "vcs.owner.name",
    "vcs.repository.name",
    "vcs.provider.name",
    "vcs.repository.url.full",
    "anthropic.provider",
    "model",
    "effort",
)
"""Attributes of a request that its counters carry, too."""

_COUNTED = {
    "claude_code.lines_of_code.count": "lines",
    "claude_code.active_time.total": "active",
}
"""Counters with a `type` that the books are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One request: whose it is, when it is to be offered, and what is found where it has arrived.

    `due` is in seconds after the start.
    """

    client: int
    protocol: Protocol
    signal: Signal
    due: float
    body: bytes
    records: int
    truth: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Which client exports, when, and over what time its events are spread, by the wall's clock.

    `session` replaces the records' own, where a story is told faster than it went.
    """

    client: int
    due: float
    begins: float
    seconds: float
    session: str = ""

    @property
    def own(self) -> Mapping[str, Value]:
        """What records of this interval say instead of what they said."""
        return {"session.id": self.session} if self.session else {}


def protocol_of(client: int) -> Protocol:
    """The protocol that a client speaks."""
    return PROTOCOLS[client % len(PROTOCOLS)]


def events_of(records: Iterable[Record], interval: Interval) -> Iterator[Batch]:
    """The request of a client's events, if there were any."""
    events = _timed([each for each in records if isinstance(each, Event)], interval)
    if events:
        body = logs_request(_EVENTS, events).SerializeToString()
        yield _batch(interval, "events", body, len(events), _truth_of_events(events))


def counters_of(records: Iterable[Record], interval: Interval) -> Iterator[Batch]:
    """The request of a client's counters, if any has grown."""
    grown: defaultdict[tuple[str, tuple[tuple[str, Value], ...]], float] = defaultdict(float)
    for each in (increment for record in records for increment in _grown_by(record)):
        attributes = {**each.attributes, **interval.own}
        grown[each.name, tuple(sorted(attributes.items()))] += each.value
    at_ns = round((interval.begins + interval.seconds) * BILLION)
    points = [
        Increment(name=name, value=value, attributes=dict(attributes), at_ns=at_ns)
        for (name, attributes), value in grown.items()
    ]
    if points:
        body = increments_request(_COUNTERS, points).SerializeToString()
        yield _batch(interval, "counters", body, len(points), _truth_of_counters(points))


def _batch(interval: Interval, signal: Signal, body: bytes, records: int, truth: Sums) -> Batch:
    return Batch(
        client=interval.client,
        protocol=protocol_of(interval.client),
        signal=signal,
        due=interval.due,
        body=body,
        records=records,
        truth=truth,
    )


def _timed(events: Sequence[Event], interval: Interval) -> list[Event]:
    """The events as they happen over the interval, no two at one instant."""
    step = interval.seconds / max(len(events), 1)
    found = []
    for number, event in enumerate(events):
        at = interval.begins + number * step
        moment = datetime.fromtimestamp(at, tz=UTC)
        told = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
        attributes = {**event.attributes, "event.timestamp": told, **interval.own}
        found.append(Event(name=event.name, attributes=attributes, at_ns=round(at * BILLION)))
    return found


def _grown_by(record: Record) -> Iterator[Increment]:
    """The counters that a record is, or that grow with it: those of cost and tokens."""
    if isinstance(record, Increment):
        yield record
        return
    if record.name != "api_request":
        return
    said = record.attributes
    own = {name: said[name] for name in _ON_POINTS if name in said}
    own["query_source"] = _source(str(said["query_source"]))
    yield Increment(name="claude_code.cost.usage", value=float(said["cost_usd"]), attributes=own)
    for kind, attribute in TOKEN_TYPES.items():
        if value := float(said[attribute]):
            typed = {**own, "type": kind}
            yield Increment(name="claude_code.token.usage", value=value, attributes=typed)


def _source(query_source: str) -> str:
    """The bounded form that counters have of it."""
    if query_source.startswith("agent:"):
        return "subagent"
    return "main" if query_source in {"repl_main_thread", "sdk"} else "auxiliary"


def _truth_of_events(events: Iterable[Event]) -> Sums:
    sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for event in events:
        said = event.attributes
        user = str(said["user.email"])
        sums["events", user, event.name] += 1
        if event.name == "api_request":
            sums["cost", str(said["session.id"])] += float(said["cost_usd"])
            for kind, attribute in TOKEN_TYPES.items():
                sums["tokens", user, kind] += float(said[attribute])
    return dict(sums)


def _truth_of_counters(points: Iterable[Increment]) -> Sums:
    sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for each in points:
        if name := _COUNTED.get(each.name):
            said = each.attributes
            sums[name, str(said["user.email"]), str(said["type"])] += each.value
    return dict(sums)
