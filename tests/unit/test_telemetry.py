"""Does the catalogue hold together, and keep what could explode out of labels?"""

from __future__ import annotations

import re

import pytest

from provisioner.event_attributes import EVENTS
from provisioner.live.limits import Limits
from provisioner.telemetry import (
    AMOUNTS,
    API_SECONDS_BOUNDS,
    COMPUTED_LABELS,
    CONTENT_ATTRIBUTES,
    COUNTERS,
    GATE,
    IDENTITY_LABELS,
    LABEL_ATTRIBUTES,
    NUMBERS,
    OPTIONAL_LABELS,
    OWN,
    PLAN_LIMITS,
    PLAN_WINDOWS,
    PROBE,
    SESSION_AMOUNTS,
    SESSION_LABELS,
    TOKEN_TYPES,
    TOOL_SECONDS_BOUNDS,
    Amount,
    amounts,
    labels_of,
)

each_amount = pytest.mark.parametrize("amount", AMOUNTS, ids=lambda amount: amount.name)


def _by_name(name: str) -> Amount:
    return next(amount for amount in AMOUNTS if amount.name == name)


def test_names_are_there_once() -> None:
    for names in (
        [amount.name for amount in AMOUNTS],
        [counter.prometheus_name for counter in COUNTERS],
        [counter.otel_name for counter in COUNTERS],
        [limit.name for limit in PLAN_LIMITS],
        list(EVENTS),
    ):
        assert sorted(set(names)) == sorted(names)


@each_amount
def test_an_amount_is_of_the_ledger_and_becomes_its_name_in_prometheus(amount: Amount) -> None:
    assert re.fullmatch(r"ledger_[a-z_]+", amount.name)
    assert amount.otel_name.replace(".", "_") == amount.name


@each_amount
def test_an_amount_says_why_and_comes_from_something_known(amount: Amount) -> None:
    assert amount.why.endswith(".")
    known = {*EVENTS, *(counter.otel_name for counter in COUNTERS), *PROBE.sources}
    assert set(amount.sources) <= known


@each_amount
def test_only_the_session_family_has_a_session_label(amount: Amount) -> None:
    forbidden = {"prompt", "request", "branch", "path", "prompt_id", "request_id"}
    assert forbidden.isdisjoint(amount.all_labels)
    assert ("session" in amount.all_labels) is (amount in SESSION_AMOUNTS)


@each_amount
def test_an_amount_is_about_somebody_unless_it_is_the_probe(amount: Amount) -> None:
    if amount in SESSION_AMOUNTS:
        assert amount.labels == SESSION_LABELS
    elif amount is PROBE:
        assert {"user", "project"}.isdisjoint(amount.all_labels)
    else:
        without_project = amount.name == "ledger_tool_seconds_bucket"
        wanted = set(IDENTITY_LABELS) - ({"project"} if without_project else set())
        assert wanted <= amount.all_labels


@each_amount
def test_parts_of_one_amount_differ_by_their_suffix(amount: Amount) -> None:
    suffixes = [part.suffix for part in amount.parts]
    assert len(set(suffixes)) == len(suffixes)
    assert bool(amount.suffix_label) is (len(suffixes) > 1)


@each_amount
def test_an_amount_of_an_event_looks_at_that_event_only(amount: Amount) -> None:
    if amount.signal != "counter":
        for part in amount.parts:
            named = re.findall(r'log\.attributes\["event\.name"\] == "(\w+)"', part.where)
            assert (*filter(None, [part.gate.removeprefix(GATE)]), *named) == amount.sources


@pytest.mark.parametrize("bounds", [API_SECONDS_BOUNDS, TOOL_SECONDS_BOUNDS])
def test_bounds_of_buckets_ascend(bounds: tuple[str, ...]) -> None:
    numbers = [float(bound) for bound in bounds]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("name", ["ledger_api_seconds_bucket", "ledger_tool_seconds_bucket"])
def test_buckets_end_with_infinity_which_counts_everything(name: str) -> None:
    amount = _by_name(name)
    assert (amount.suffix_label, amount.parts[-1].suffix) == ("le", "+Inf")
    assert amount.parts[-1].value == "1"


@pytest.mark.parametrize("name", ["ledger_api_seconds_bucket", "ledger_tool_seconds_bucket"])
def test_every_event_that_was_timed_has_an_amount_in_every_bucket(name: str) -> None:
    assert len({part.where for part in _by_name(name).parts}) == 1


def test_tokens_have_the_types_that_the_client_tells() -> None:
    assert [part.suffix for part in _by_name("ledger_tokens").parts] == list(TOKEN_TYPES)


def test_labels_with_a_treatment_are_labels_of_something() -> None:
    labels = frozenset().union(*(amount.all_labels for amount in AMOUNTS))
    assert {*OPTIONAL_LABELS, *COMPUTED_LABELS, *LABEL_ATTRIBUTES} <= labels


def test_numbers_that_are_added_have_a_most_that_one_record_may_add() -> None:
    added = {
        found
        for amount in AMOUNTS
        for part in amount.parts
        for found in re.findall(r'log\.attributes\["([\w.-]+)"\]', part.value)
    }
    assert added <= {f"{OWN}{name}" for name in NUMBERS}


def test_labels_of_a_signal_come_with_the_attributes_that_they_are_made_of() -> None:
    found = dict(labels_of("counter"))
    assert (found["language"], found["terminal"]) == (("language",), ("terminal.type",))
    assert found.keys().isdisjoint(COMPUTED_LABELS)


def test_what_is_told_of_a_plan_becomes_its_name_in_prometheus_and_enters_no_total() -> None:
    for limit in PLAN_LIMITS:
        assert limit.otel_name.count(".") == 2
        assert limit.otel_name.replace(".", "_") == limit.name
        assert not limit.name.startswith(("ledger_", "claude_code_"))
        assert limit.why.endswith(".")


def test_the_windows_of_a_plan_are_those_that_the_status_line_keeps() -> None:
    assert {*PLAN_WINDOWS} == {*Limits._fields} - {"told_at"}


def test_lists_are_sorted() -> None:
    assert list(EVENTS) == sorted(EVENTS)
    assert list(CONTENT_ATTRIBUTES) == sorted(CONTENT_ATTRIBUTES)


def test_the_session_family_can_be_left_out() -> None:
    assert tuple(amounts(session_series=True)) == AMOUNTS
    left = tuple(amounts(session_series=False))
    assert set(AMOUNTS) - set(left) == set(SESSION_AMOUNTS)
