"""Is it said what the stores miss?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.doctor.arrival_checks import (
    CHECKS,
    alert_firing,
    catalogue_newer,
    exporter_stalled,
    nothing_arrived,
    queue_set_aside,
    stores_silent,
)
from provisioner.doctor.model import Arrivals, Finding, Observed, Span
from provisioner.event_attributes import EVENTS, attributes_of
from provisioner.stack_figures import Alert
from tests.unit.doctor.patient import DAY, NOW, WELL, seen, told

LIVELY = Arrivals(
    events={name: attributes_of(name) | {"os_type", "vcs_owner_name"} for name in EVENTS},
    request=DAY,
    counter=DAY,
    busy=DAY,
)


def until(seconds: float) -> Span:
    """Something that came all day, until so long ago."""
    return replace(DAY, last=NOW - seconds)


def after(
    *, request: Span | None = DAY, counter: Span | None = DAY, busy: Span | None = DAY
) -> Observed:
    return seen(arrivals=replace(LIVELY, request=request, counter=counter, busy=busy))


def test_a_queue_that_was_set_aside_is_a_warning() -> None:
    broken = "/data/spool/queue.broken"
    assert told(queue_set_aside, seen(set_aside=(broken,))) == [("warning", broken)]


def test_who_is_well_hears_nothing() -> None:
    well = seen(arrivals=LIVELY)
    assert [finding for check in CHECKS for finding in check.look(well)] == []


def test_stores_that_do_not_answer_behind_an_open_door_are_a_warning() -> None:
    place = "127.0.0.1:19090, 127.0.0.1:13100"
    assert told(stores_silent, seen(arrivals=None)) == [("warning", place)]
    assert told(stores_silent, seen(arrivals=None, listening=frozenset())) == []


def test_an_alert_that_fires_is_a_warning_with_its_heading_in_the_runbook() -> None:
    full = Alert(
        name="DiskFull", severity="critical", summary="full", runbook="docs/runbook.md#diskfull"
    )
    (finding,) = alert_firing(seen(arrivals=replace(LIVELY, alerts=(full,))))
    assert finding == Finding(
        id="alert-firing",
        severity="warning",
        where="the stack's alert DiskFull, critical",
        what="full",
        fix="docs/runbook.md#diskfull",
    )


def test_an_empty_day_is_a_note() -> None:
    assert told(nothing_arrived, seen(arrivals=Arrivals())) == [("note", "the last 24 hours")]


@pytest.mark.parametrize("counter", [None, until(601)])
def test_counters_that_stopped_while_events_go_on_are_named(counter: Span | None) -> None:
    (finding,) = exporter_stalled(after(counter=counter, busy=counter))
    assert (finding.severity, finding.where) == ("error", "the client's exporter of counters")


@pytest.mark.parametrize("request_", [None, until(3601)])
def test_events_that_stopped_while_counters_go_on_are_named(request_: Span | None) -> None:
    (finding,) = exporter_stalled(after(request=request_))
    assert (finding.severity, finding.where) == ("error", "the client's exporter of events")


def test_a_long_tool_and_a_person_who_types_are_no_stall() -> None:
    assert told(exporter_stalled, after(request=until(3000))) == []
    assert told(exporter_stalled, after(request=until(9000), busy=until(9000))) == []
    assert told(exporter_stalled, after(counter=until(300))) == []


def test_what_has_just_begun_has_not_stalled() -> None:
    fresh = Span(first=NOW - 60, last=NOW)
    assert told(exporter_stalled, after(request=fresh, counter=None, busy=None)) == []
    assert told(exporter_stalled, after(request=None, counter=fresh, busy=fresh)) == []
    assert told(exporter_stalled, after(request=fresh, counter=until(70_000), busy=None)) == []


def test_an_event_and_an_attribute_of_a_newer_client_are_named() -> None:
    events = {"telepathy": frozenset({"x"}), "api_request": frozenset({"model", "mood"})}
    (finding,) = catalogue_newer(seen(arrivals=replace(LIVELY, events=events)))
    assert finding.severity == "note"
    assert "event telepathy, api_request.mood" in finding.what


def test_what_the_person_adds_to_every_event_is_known() -> None:
    events = {"api_request": frozenset({"cost_center"})}
    shell = {**WELL, "OTEL_RESOURCE_ATTRIBUTES": "team=a, cost.center=b"}
    assert told(catalogue_newer, seen(shell, arrivals=replace(LIVELY, events=events))) == []


def test_a_plugins_own_numbers_are_its_own_matter() -> None:
    events = {"hook_plugin_metrics": frozenset({"anything"})}
    assert told(catalogue_newer, seen(arrivals=replace(LIVELY, events=events))) == []
