"""What has arrived in the last day, and what of it does not look right?"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed, Span
from provisioner.doctor.shape_checks import ATTRIBUTES
from provisioner.event_attributes import EVENTS, PLUMBING, attributes_of

COUNTERS_LATE_SECONDS = 600.0
EVENTS_LATE_SECONDS = 3600.0
"""A tool may run long between two requests; counters come along with each of them."""

FREE = "hook_plugin_metrics"
"""Its attributes are a plugin's own."""


def stores_silent(observed: Observed) -> Iterator[Finding]:
    """The door takes telemetry in, and keeps it until the stores are back."""
    if observed.arrivals is None and observed.listening & {*_doors(observed)}:
        yield Finding(
            id="stores-silent",
            severity="warning",
            where=f"127.0.0.1:{observed.ports.prometheus}, 127.0.0.1:{observed.ports.loki}",
            what="the collector listens, but Prometheus or Loki does not answer: what comes in "
            "waits on disk",
            fix="claude-otel status, then claude-otel up",
        )


def _doors(observed: Observed) -> tuple[int, int]:
    return observed.ports.otlp_grpc, observed.ports.otlp_http


def alert_firing(observed: Observed) -> Iterator[Finding]:
    """What the stack says of itself."""
    for alert in observed.arrivals.alerts if observed.arrivals else ():
        yield Finding(
            id="alert-firing",
            severity="warning",
            where=f"the stack's alert {alert.name}, {alert.severity}",
            what=alert.summary,
            fix=alert.runbook,
        )


def queue_set_aside(observed: Observed) -> Iterator[Finding]:
    """What it holds has been acknowledged to clients."""
    for path in observed.set_aside:
        yield Finding(
            id="queue-set-aside",
            severity="warning",
            where=path,
            what="the collector could not open this queue: it may hold events that are in no total",
            fix="claude-otel reconcile finds which; --repair adds them",
        )


def nothing_arrived(observed: Observed) -> Iterator[Finding]:
    """Exporters are set up when a session begins: one that was open knows nothing of changes."""
    found = observed.arrivals
    if found and not found.events and found.counter is None:
        yield Finding(
            id="nothing-arrived",
            severity="note",
            where="the last 24 hours",
            what="nothing of a client has arrived; open sessions keep what they began with",
            fix="start a new session, send a prompt, and look again after half a minute",
        )


def exporter_stalled(observed: Observed) -> Iterator[Finding]:
    """One of the two signals goes on, the other does not."""
    found = observed.arrivals
    if found is None:
        return
    if found.request and (late := _late(found.request, found.counter)) > COUNTERS_LATE_SECONDS:
        yield _stalled("counters", "events", late)
    elif found.busy and (late := _late(found.busy, found.request)) > EVENTS_LATE_SECONDS:
        yield _stalled("events", "counters", late)


def _late(going: Span, other: Span | None) -> float:
    """For how long one thing has come without the other."""
    return going.last - (max(other.last, going.first) if other else going.first)


def _stalled(what: str, other: str, seconds: float) -> Finding:
    return Finding(
        id="exporter-stalled",
        severity="error",
        where=f"the client's exporter of {what}",
        what=f"{other} arrive, and for {seconds / 60:.0f} minutes no {what}",
        fix="end the session and resume it (claude --resume); update the client if it recurs",
    )


def catalogue_newer(observed: Observed) -> Iterator[Finding]:
    """A newer client says more than this version of the stack knows."""
    found = observed.arrivals.events if observed.arrivals else {}
    own = _own_attributes(observed)
    events = sorted(set(found) - set(EVENTS))
    attributes = {
        event: sorted(
            name
            for name in found[event] - attributes_of(event) - own
            if not name.startswith(PLUMBING)
        )
        for event in sorted(set(found) & set(EVENTS) - {FREE})
    }
    parts = [f"event {name}" for name in events]
    parts += [f"{event}.{name}" for event, names in attributes.items() for name in names]
    if parts:
        yield Finding(
            id="catalogue-newer",
            severity="note",
            where="Loki, the last 24 hours",
            what=f"not in the stack's catalogue: {', '.join(parts)}",
            fix="nothing is lost, they are kept as they came; a newer claude-otel may show them",
        )


def _own_attributes(observed: Observed) -> frozenset[str]:
    """What the person adds to every event, by its name in Loki."""
    variable = observed.variables.get(ATTRIBUTES)
    entries = variable.value.split(",") if variable else []
    return frozenset(entry.partition("=")[0].strip().replace(".", "_") for entry in entries)


CHECKS = (
    Check(id="stores-silent", look=stores_silent),
    Check(id="alert-firing", look=alert_firing, needs="stores"),
    Check(id="queue-set-aside", look=queue_set_aside),
    Check(id="nothing-arrived", look=nothing_arrived, needs="stores"),
    Check(id="exporter-stalled", look=exporter_stalled, needs="stores"),
    Check(id="catalogue-newer", look=catalogue_newer, needs="stores"),
)
