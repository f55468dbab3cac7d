"""Does telemetry that arrives have the shape that numbers and boards are made of?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed
from provisioner.doctor.resolve import PREFIX
from provisioner.doctor.routes import NAMES

ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
MOST_ATTRIBUTES = 12
ANY_NUMBER_SINCE = (2, 1, 330)
"""Tried with twenty. Clients 2.1.161 to 2.1.191, at least, sent no counters with more than 12."""

LONGEST_ATTRIBUTE = 255
LONGEST_INTERVAL_MS = 300_000
SHORTEST_INTERVAL_MS = 100
INTERVALS = {"METRICS": "OTEL_METRIC_EXPORT_INTERVAL", "LOGS": "OTEL_LOGS_EXPORT_INTERVAL"}

_NUMBER = re.compile(r"\s*([+-]?\d+)")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CODE = re.compile(r"%[0-9A-Fa-f]{2}")


def temporality(observed: Observed) -> Iterator[Finding]:
    """Running totals die with the collector; increments do not."""
    by = observed.variables.get(f"{PREFIX}METRICS_TEMPORALITY_PREFERENCE")
    if by and by.value.strip().lower() == "cumulative":
        yield Finding(
            id="cumulative",
            severity="warning",
            where=by.where,
            what="cost and tokens stay exact, but sessions, lines, commits and active time are "
            "best effort: this stack adds up increments",
            fix=by.taken_out(),
        )


def attributes_malformed(observed: Observed) -> Iterator[Finding]:
    """The client leaves an attribute off that is not written as it must be."""
    by = observed.variables.get(ATTRIBUTES)
    for number, entry in enumerate(by.value.split(",") if by else (), start=1):
        if by and (flaw := _flaw(entry.strip())):
            yield Finding(
                id="attributes-malformed",
                severity="warning",
                where=by.where,
                what=f"entry {number}, counted by commas, {flaw}",
                fix="write key=value,key=value; in a value a comma is %2C, = is %3D, % is %25",
            )


def _flaw(entry: str) -> str:
    key, _, value = entry.partition("=")
    if not entry:
        return ""
    if "=" not in entry:
        return "is left off: it has no ="
    if not key.strip():
        return "is left off: it has nothing before ="
    if "=" in value:
        return "is left off: it has more than one ="
    if _BROKEN_PERCENT.search(entry):
        return "is left off: a % is not followed by two hexadecimal digits"
    if max(len(_CODE.sub("x", part)) for part in (key, value)) > LONGEST_ATTRIBUTE:
        return f"is left off: it is longer than {LONGEST_ATTRIBUTE} characters"
    if '"' in entry:
        return "has quotes, which become part of it"
    return ""


def attributes_many(observed: Observed) -> Iterator[Finding]:
    """With many attributes, some clients send no counters, without a word."""
    by = observed.variables.get(ATTRIBUTES)
    if by is None or (observed.version and observed.version >= ANY_NUMBER_SINCE):
        return
    count = sum(bool(entry.strip()) for entry in by.value.split(","))
    if count > MOST_ATTRIBUTES:
        yield Finding(
            id="attributes-many",
            severity="warning",
            where=by.where,
            what=f"there are {count}: with more than {MOST_ATTRIBUTES}, clients from 2.1.161 on "
            "sent no counters, until a later one did",
            fix="claude update, or keep to 12",
        )


def export_interval(observed: Observed) -> Iterator[Finding]:
    """Milliseconds, not seconds; and who waits long for data believes that there is none."""
    for signal, name in INTERVALS.items():
        by = observed.variables.get(name)
        found = _NUMBER.match(by.value) if by else None
        if by is None or found is None:
            continue
        milliseconds = int(found.group(1))
        if signal == "METRICS" and milliseconds <= 0:
            what = "with an interval of 0 or less the client sends nothing at all"
        elif signal == "METRICS" and milliseconds < SHORTEST_INTERVAL_MS:
            what = f"{milliseconds} milliseconds are too short to hand {NAMES[signal]} over"
        elif milliseconds > LONGEST_INTERVAL_MS:
            what = f"{NAMES[signal]} come every {_long(milliseconds)}, or when a session ends"
        else:
            continue
        yield Finding(
            id="export-interval",
            severity="error" if milliseconds <= 0 else "warning",
            where=by.where,
            what=what,
            fix=by.set_to("10000" if signal == "METRICS" else "5000"),
        )


def _long(milliseconds: int) -> str:
    minutes = milliseconds / 60_000
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"  # noqa: PLR2004


def service_name(observed: Observed) -> Iterator[Finding]:
    """Events are looked for under the client's own service name."""
    by = observed.variables.get("OTEL_SERVICE_NAME")
    name = observed.value("OTEL_SERVICE_NAME")
    if not name and (by := observed.variables.get(ATTRIBUTES)):
        pairs = (entry.strip().partition("=") for entry in by.value.split(","))
        name = next((value for key, _, value in pairs if key == "service.name"), "")
    if by and name and not name.startswith("claude-code"):
        yield Finding(
            id="service-name",
            severity="warning",
            where=by.where,
            what="the boards look for events of the service claude-code, and show none of "
            "another name; totals count them",
            fix=by.taken_out() if "SERVICE" in by.name else "take service.name out of it",
        )


CHECKS = (
    Check(id="cumulative", look=temporality),
    Check(id="attributes-malformed", look=attributes_malformed),
    Check(id="attributes-many", look=attributes_many),
    Check(id="export-interval", look=export_interval),
    Check(id="service-name", look=service_name),
)
