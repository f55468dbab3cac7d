"""Do records become amounts, and those of one moment one amount?"""

from __future__ import annotations

import pytest

from provisioner.ledger import amounts_of, ledger
from provisioner.normalise import Teller
from provisioner.records import Event, Increment, Record
from provisioner.telemetry import AMOUNTS, SESSION_AMOUNTS

NOBODY = Teller()
AT_NS = 1_700_000_000_000_000_001
AT_MS = 1_700_000_000_001
REQUEST = Event(
    name="api_request",
    attributes={"session.id": "s", "cost_usd": 0.25, "duration_ms": 6000, "output_tokens": 7},
    at_ns=AT_NS,
)


def _by_name(event: Event) -> dict[str, float]:
    found: dict[str, float] = {}
    for series, value in amounts_of(event, NOBODY):
        found[series.name] = found.get(series.name, 0.0) + value
    return found


def test_a_request_adds_to_every_series_that_is_made_of_requests() -> None:
    every = {"ledger_events"}
    made = every | {amount.name for amount in AMOUNTS if "api_request" in amount.sources}
    found = _by_name(REQUEST)
    assert set(found) == made
    assert found["ledger_cost_usd"] == found["ledger_session_cost_usd"] == 0.25
    assert found["ledger_tokens"] == found["ledger_session_tokens"] == 7.0
    assert found["ledger_api_seconds"] == 6.0


def test_a_bucket_holds_what_was_at_most_as_slow() -> None:
    buckets = {
        dict(series.labels)["le"]: value
        for series, value in amounts_of(REQUEST, NOBODY)
        if series.name == "ledger_api_seconds_bucket"
    }
    assert [bound for bound, value in buckets.items() if value] == [
        "7.5",
        "10",
        "15",
        "20",
        "30",
        "45",
        "60",
        "120",
        "300",
        "+Inf",
    ]


def test_labels_are_sorted_and_unknown_where_nothing_is_known() -> None:
    series = next(each for each, _ in amounts_of(REQUEST, NOBODY))
    assert series.otel_name == "ledger.cost_usd"
    assert list(series.labels) == sorted(series.labels)
    labels = dict(series.labels)
    assert (labels["model"], labels["origin"]) == ("unknown", "live")


def test_an_optional_label_is_left_out_where_nothing_is_known() -> None:
    failed = Event(name="api_error", attributes={"status_code": 529})
    for event, code in ((REQUEST, None), (failed, "529")):
        found = {each.name: dict(each.labels) for each, _ in amounts_of(event, NOBODY)}
        assert found["ledger_api_requests"].get("status_code") == code


def test_amounts_of_one_series_in_one_millisecond_are_added_up() -> None:
    later = Event(name=REQUEST.name, attributes=REQUEST.attributes, at_ns=AT_NS + 5_000_000)
    found = ledger([REQUEST, later, REQUEST], NOBODY)
    costs = next(found[each] for each in found if each.name == "ledger_cost_usd")
    assert costs == {AT_MS: 0.5, AT_MS + 5: 0.25}


def test_a_longer_step_adds_up_what_a_client_would_export_together() -> None:
    events = [
        Event(name="user_prompt", attributes={}, at_ns=seconds * 10**9) for seconds in (1, 5, 6)
    ]
    found = ledger(events, NOBODY, step_ms=5_000)
    assert {series.name for series in found} == {"ledger_prompts", "ledger_events"}
    assert list(found.values()) == [{5_000: 2.0, 10_000: 1.0}] * 2


def test_an_increment_adds_to_its_series() -> None:
    increment = Increment(name="claude_code.commit.count", value=2, attributes={}, at_ns=AT_NS)
    ((series, value),) = amounts_of(increment, NOBODY)
    assert (series.name, value) == ("ledger_commits", 2.0)


@pytest.mark.parametrize(("name", "said"), [("plugin_loaded",) * 2, ("No Name", "other")])
def test_other_events_are_counted_by_their_names_and_nothing_else(name: str, said: str) -> None:
    ((series, value),) = amounts_of(Event(name=name, attributes={}), NOBODY)
    assert (series.name, dict(series.labels)["event_name"], value) == ("ledger_events", said, 1.0)


@pytest.mark.parametrize(
    "record",
    [
        Event(name="probe", attributes={}),
        Increment(name="claude_code.cost.usage", value=1, attributes={}),
    ],
)
def test_other_records_add_nothing(record: Record) -> None:
    assert list(amounts_of(record, NOBODY)) == []


def test_the_session_family_can_be_left_out() -> None:
    family = {amount.name for amount in SESSION_AMOUNTS}
    kept = {each.name for each, _ in amounts_of(REQUEST, NOBODY, session_series=False)}
    assert kept == set(_by_name(REQUEST)) - family
