"""Do the events of an invented session make sense in their order?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from random import Random

import pytest

from provisioner.demo.cast import OLDER_OPUS, OPUS, TEAM
from provisioner.demo.pen import COUNTERS, Pen
from provisioner.demo.session import model_then, play
from provisioner.event_attributes import EVENTS, attributes_of
from provisioner.records import Event, Increment, Record
from provisioner.telemetry import COUNTERS as KNOWN

AMARA = TEAM[0]
START = 1_763_600_000.0
COUNT = 12


def _pen(seed: int = 0) -> Pen:
    return Pen(Random(seed), AMARA, AMARA.projects[0], START, f"session-{seed}")  # noqa: S311 - invented


@cache
def _session(seed: int) -> list[Record]:
    pen = _pen(seed)
    play(pen, start_type="fresh", days_ago=0, until=START + 86_400)
    return pen.records


def _events(seed: int) -> list[Event]:
    return [record for record in _session(seed) if isinstance(record, Event)]


def _named(events: Iterable[Event], *names: str) -> list[Event]:
    return [event for event in events if event.name in names]


each_session = pytest.mark.parametrize("seed", range(COUNT))


@each_session
def test_time_and_the_sequence_go_on_within_a_session(seed: int) -> None:
    times = [record.at_ns for record in _session(seed)]
    assert times == sorted(times)
    sequence = [event.attributes["event.sequence"] for event in _events(seed)]
    assert sequence == list(range(len(sequence)))
    assert {record.attributes["session.id"] for record in _session(seed)} == {f"session-{seed}"}


@each_session
def test_all_that_a_prompt_causes_bears_its_id(seed: int) -> None:
    prompt = None
    for event in _events(seed):
        if event.name == "user_prompt":
            assert event.attributes["prompt.id"] != prompt
            prompt = event.attributes["prompt.id"]
        assert event.attributes.get("prompt.id") == prompt


@each_session
def test_a_tool_runs_only_after_it_was_accepted_and_a_rejected_one_never(seed: int) -> None:
    decided: dict[object, object] = {}
    for event in _named(_events(seed), "tool_decision", "tool_result"):
        call = event.attributes["tool_use_id"]
        if event.name == "tool_decision":
            decided[call] = event.attributes["decision"]
        else:
            assert decided.pop(call) == "accept"
    assert set(decided.values()) <= {"reject"}


@each_session
def test_a_tool_is_asked_for_by_a_request_that_was_answered(seed: int) -> None:
    answered = set()
    for event in _named(_events(seed), "api_request", "tool_result"):
        if event.name == "api_request":
            answered.add(event.attributes["request_id"])
        else:
            assert event.attributes["request_id"] in answered


@each_session
def test_requests_with_a_subagents_id_are_followed_by_its_return(seed: int) -> None:
    under_way = None
    for event in _named(_events(seed), "api_request", "subagent_completed"):
        agent = event.attributes.get("agent_id")
        if event.name == "subagent_completed":
            assert agent == under_way
            under_way = None
        elif agent or event.attributes["query_source"] == "repl_main_thread":
            assert under_way in {None, agent}
            under_way = agent


@each_session
def test_only_known_events_attributes_and_counters_are_told(seed: int) -> None:
    counters = {counter.otel_name for counter in KNOWN}
    for record in _session(seed):
        if isinstance(record, Increment):
            assert record.name in counters
            continue
        assert record.name in EVENTS
        names = {name.replace(".", "_") for name in record.attributes}
        identity = {name for name in names if name.startswith(("user_", "organization_"))}
        assert names - identity - {"vcs_provider_name"} <= attributes_of(record.name)


def test_an_edit_that_works_adds_lines() -> None:
    records = [record for seed in range(COUNT) for record in _session(seed)]
    edited = [each for each in records if each.attributes.get("tool_name") in {"Edit", "Write"}]
    worked = [
        each
        for each in edited
        if each.name == "tool_result" and each.attributes["success"] == "true"
    ]
    added = [
        each
        for each in records
        if each.name == f"{COUNTERS}lines_of_code.count" and each.attributes["type"] == "added"
    ]
    assert len(added) == len(worked) > 0


def test_a_compaction_follows_a_full_window() -> None:
    events = [event for seed in range(COUNT) for event in _events(seed)]
    compactions = _named(events, "compaction")
    assert compactions
    for event in compactions:
        assert int(event.attributes["pre_tokens"]) > int(event.attributes["post_tokens"]) > 0


def test_a_person_may_have_changed_the_model() -> None:
    changed = AMARA.changed_model_days_ago
    assert [model_then(_pen(), ago) for ago in (0, changed, changed + 1)] == [
        OPUS,
        OPUS,
        OLDER_OPUS,
    ]
