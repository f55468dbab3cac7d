"""Does a telemetry point come out where it went in? Ready, scraped, round trip, every query.

Nothing here changes the stack; the probe is a kind of its own and enters no person's totals.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from provisioner.backends import Entry, Loki, Prometheus, clock_offset_seconds, get, is_ready
from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.panels import Kind, Query, Source
from provisioner.dashboards.queries import runnable
from provisioner.errors import BackendError, DeliveryFailed
from provisioner.otlp import Door, Protocol, Sender, door_of, logs_request, send
from provisioner.records import Event
from provisioner.runtime.model import Report
from provisioner.telemetry import PROBE, PROBE_EVENT, PROBE_SCOPE
from provisioner.workspace import Workspace

PROBE_PROTOCOLS: tuple[Protocol, ...] = ("grpc", "http/protobuf")
PROBE_SERVICE = "claude-otel"
CLOCK_TOLERANCE_SECONDS = 5.0
POLL_SECONDS = 0.5
VERIFY_SECONDS = 90.0
"""How long a stack that was just started is given in all."""

QUERY_RANGE_SECONDS = 3600
QUERY_STEP_SECONDS = 60

FIGURES_SECONDS = 30
"""The collector sends its figures every ten seconds."""

MOST_BESIDE = 10
"""So many probes of others may share a sample with ours: their sums are all tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was checked: what was seen, and how long it took to be seen."""

    name: str
    is_ok: bool
    detail: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All findings, in the order in which they were made."""

    findings: tuple[Finding, ...]

    @property
    def is_ok(self) -> bool:
        return all(finding.is_ok for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe that was sent: its way in, the amount to recognise it by, and when."""

    protocol: Protocol
    amount: int
    sent_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The stack to verify, and until when (seconds of the monotonic clock)."""

    workspace: Workspace
    with_grafana: bool
    deadline: float

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(url=self.workspace.url("prometheus"))

    @property
    def loki(self) -> Loki:
        return Loki(url=self.workspace.url("loki"))

    @property
    def door(self) -> Door:
        return door_of(self.workspace)

    @property
    def ready_urls(self) -> dict[str, str]:
        urls = self.workspace.ready_urls.items()
        return {name: url for name, url in urls if name != "grafana" or self.with_grafana}


def verify(
    workspace: Workspace, *, with_grafana: bool, seconds: float, report: Report
) -> Verification:
    """Check the whole way through the stack, waiting at most this long in all."""
    deadline = time.monotonic() + seconds
    subject = Subject(workspace=workspace, with_grafana=with_grafana, deadline=deadline)
    findings: list[Finding] = []
    for step in (_readiness, _clocks, _round_trips, _targets, _series, _queries):
        for finding in step(subject):
            report(f"{finding.name}: {finding.detail}")
            findings.append(finding)
        if step is _readiness and not all(finding.is_ok for finding in findings):
            break
    return Verification(findings=tuple(findings))


def _readiness(subject: Subject) -> Iterator[Finding]:
    for engine, url in subject.ready_urls.items():
        yield _until(subject, f"{engine} ready", partial(_ready, url))


def _ready(url: str) -> tuple[bool, str]:
    try:
        get(url)
    except BackendError as error:
        return False, str(error)
    return True, f"{url} answers"


def _clocks(subject: Subject) -> Iterator[Finding]:
    """A virtual machine's clock may be hours off after sleep, and so would be its samples."""
    for engine, url in subject.ready_urls.items():
        offset = clock_offset_seconds(url) if is_ready(url) else None
        if offset is None:
            continue
        is_ok = abs(offset) <= CLOCK_TOLERANCE_SECONDS
        detail = f"{offset:+.1f} s from this machine's clock"
        advice = "" if is_ok else ": set the clock of the machine that runs the engines"
        yield Finding(name=f"{engine} clock", is_ok=is_ok, detail=detail + advice, seconds=0.0)


def _targets(subject: Subject) -> Iterator[Finding]:
    yield _until(subject, "scrape targets up", partial(_all_targets_up, subject))
    yield _until(subject, "collector's own figures", partial(_collector_tells, subject))


def _all_targets_up(subject: Subject) -> tuple[bool, str]:
    targets = subject.prometheus.targets()
    down = [each for each in targets if not each.is_up]
    if down:
        reasons = (f"{each.job} ({each.last_error or 'not scraped yet'})" for each in down)
        return False, "down: " + ", ".join(reasons)
    return bool(targets), f"{', '.join(each.job for each in targets)}"


def _collector_tells(subject: Subject) -> tuple[bool, str]:
    """It sends its figures itself, so that it is up does not mean that they arrive."""
    told = f"timestamp(otelcol_process_uptime_seconds_total) > time() - {FIGURES_SECONDS}"
    is_told = bool(subject.prometheus.query(told))
    return is_told, f"{'told' if is_told else 'not told'} in the last {FIGURES_SECONDS} s"


def _series(subject: Subject) -> Iterator[Finding]:
    """Users, projects and the like come from outside; nothing else bounds how many there are."""
    most = subject.workspace.settings.prometheus.max_series
    try:
        found = round(subject.prometheus.total("sum(prometheus_tsdb_head_series)"))
    except BackendError as error:
        is_ok, detail = False, str(error)
    else:
        is_ok, detail = found <= most, f"{found:,} of at most {most:,}"
    advice = "" if is_ok else "; see whose labels they are, or raise prometheus.max_series"
    yield Finding(name="series", is_ok=is_ok, detail=detail + advice, seconds=0.0)


def _round_trips(subject: Subject) -> Iterator[Finding]:
    amounts = {protocol: random.randrange(1, 2**31) for protocol in PROBE_PROTOCOLS}  # noqa: S311 - an amount to recognise, no secret
    sent_ns = time.time_ns()
    for protocol, amount in amounts.items():
        yield _sending(subject, protocol, amount)
    for protocol, amount in amounts.items():
        name = f"probe over {protocol}"
        probe = Probe(protocol=protocol, amount=amount, sent_ns=sent_ns)
        yield _until(subject, f"{name} in prometheus", partial(_in_prometheus, subject, probe))
        yield _until(subject, f"{name} in loki", partial(_in_loki, subject, probe))


def _sending(subject: Subject, protocol: Protocol, amount: int) -> Finding:
    started = time.monotonic()
    event = Event(name=PROBE_EVENT, attributes={"probe.amount": amount, "protocol": protocol})
    sender = Sender(service_name=PROBE_SERVICE, scope=PROBE_SCOPE)
    try:
        send(subject.door, logs_request(sender, [event]), protocol)
    except DeliveryFailed as error:
        detail, is_ok = str(error), False
    else:
        detail, is_ok = "acknowledged", True
    seconds = time.monotonic() - started
    return Finding(name=f"probe over {protocol}", is_ok=is_ok, detail=detail, seconds=seconds)


def _in_prometheus(subject: Subject, probe: Probe) -> tuple[bool, str]:
    samples = subject.prometheus.samples(f'{PROBE.name}{{protocol="{probe.protocol}"}}', 600)
    values = {sample.value for sample in samples}
    is_there = probe.amount in values or not values.isdisjoint(_sums(subject, probe))
    return is_there, f"{len(samples)} probe samples in the last 10 minutes, {_ours(is_there)}"


def _sums(subject: Subject, probe: Probe) -> set[int]:
    """Our amount with those of others: what arrives in the same second becomes one sample."""
    events = sorted(_probe_events(subject), key=lambda entry: abs(entry.at_ns - probe.sent_ns))
    amounts = [
        int(amount)
        for entry in events
        if entry.attributes.get("protocol") == probe.protocol
        and (amount := _amount(entry)).isdecimal()
        and amount != str(probe.amount)
    ]
    sums = {probe.amount}
    for other in amounts[:MOST_BESIDE]:
        sums |= {amount + other for amount in sums}
    return sums


def _in_loki(subject: Subject, probe: Probe) -> tuple[bool, str]:
    entries = _probe_events(subject)
    is_there = str(probe.amount) in map(_amount, entries)
    return is_there, f"{len(entries)} probe events in the last 10 minutes, {_ours(is_there)}"


def _probe_events(subject: Subject) -> list[Entry]:
    query = f'{{service_name="{PROBE_SERVICE}", event_name="{PROBE_EVENT}"}}'
    span, now = 600 * 10**9, time.time_ns()
    return subject.loki.entries(query, now - span, now + span)


def _amount(entry: Entry) -> str:
    return entry.attributes.get("probe_amount", "")


def _ours(is_there: bool) -> str:  # noqa: FBT001 - the one fact it words
    return "ours among them" if is_there else "ours not among them"


def _queries(subject: Subject) -> Iterator[Finding]:
    for dashboard in DASHBOARDS:
        started = time.monotonic()
        queries = tuple(dashboard.queries())
        failures = [
            f"{panel}: {reason}" for panel, query in queries if (reason := _failure(subject, query))
        ]
        yield Finding(
            name=f"dashboard {dashboard.title}",
            is_ok=not failures,
            detail="; ".join(failures) or f"{len(queries)} queries answer",
            seconds=time.monotonic() - started,
        )


def _failure(subject: Subject, query: Query) -> str:
    try:
        ask(query, subject.prometheus, subject.loki)
    except BackendError as error:
        return error.reason
    return ""


def ask(query: Query, prometheus: Prometheus, loki: Loki) -> None:
    """Ask a panel's question as Grafana does; raises BackendError when its store refuses it."""
    end = time.time()
    start = end - QUERY_RANGE_SECONDS
    span = (start, end, QUERY_STEP_SECONDS)
    runs = runnable(query.expr, QUERY_RANGE_SECONDS, QUERY_STEP_SECONDS, {}, start)
    match query.source, query.kind:
        case Source.PROMETHEUS, Kind.INSTANT:
            prometheus.query(runs)
        case Source.PROMETHEUS, Kind.RANGE:
            prometheus.query_range(runs, *span)
        case Source.LOKI, Kind.INSTANT:
            loki.query(runs)
        case Source.LOKI, Kind.RANGE:
            loki.query_range(runs, int(start * 1e9), int(end * 1e9), QUERY_STEP_SECONDS)
        case Source.LOKI, Kind.EVENTS:
            loki.entries(runs, int(start * 1e9), int(end * 1e9), 1, newest=True)


def _until(subject: Subject, name: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    """Look until it is there or the deadline has passed; the finding says what was last seen."""
    started = time.monotonic()
    while True:
        try:
            is_ok, detail = look()
        except BackendError as error:
            is_ok, detail = False, str(error)
        seconds = time.monotonic() - started
        if is_ok or time.monotonic() >= subject.deadline:
            late = "" if is_ok else f" (waited {seconds:.0f} s; last seen: {detail})"
            detail = detail if is_ok else f"not there{late}"
            return Finding(name=name, is_ok=is_ok, detail=detail, seconds=seconds)
        time.sleep(POLL_SECONDS)
