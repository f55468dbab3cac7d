"""Do records become what the collector makes of them? tests/stack/test_ledger.py asks it, too."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from provisioner.normalise import Teller, normalised, stored
from provisioner.parts import Attributes
from provisioner.records import Event, Increment, Value
from provisioner.telemetry import TOKEN_TYPES

NOBODY = Teller()


def _made(attributes: Mapping[str, Value], name: str = "api_request") -> Attributes:
    return normalised(Event(name=name, attributes=attributes), NOBODY)


@pytest.mark.parametrize(
    ("attributes", "user"),
    [
        ({"user.email": "ann@example.org", "user.id": "1"}, "ann@example.org"),
        ({"user.account_uuid": "u", "user.id": "1"}, "u"),
        ({"user.email": "", "user.id": "1"}, "1"),
        ({}, "unknown"),
    ],
)
def test_the_user_is_the_best_known_name(attributes: dict[str, Value], user: str) -> None:
    assert _made(attributes)["user"] == user


def test_identity_is_hashed_with_the_stacks_secret_or_dropped() -> None:
    hashed = Teller(identity="hash", secret="pepper")  # noqa: S106 - a made-up one
    event = Event(name="user_prompt", attributes={"user.email": "ann@example.org", "user.id": "1"})
    # printf %s 'pepper:ann@example.org' | sha256sum
    assert normalised(event, hashed)["user"] == "6a7c0b3e1cfd1682"
    assert normalised(event, Teller(identity="none"))["user"] == "anonymous"
    assert set(stored(event, hashed).attributes) == {"user", "team", "project", "origin"}


def test_what_a_record_does_not_say_its_resource_may() -> None:
    teller = Teller(resource={"department": "red", "project": "p", "origin": "transcript"})
    found = normalised(Event(name="user_prompt", attributes={"team.id": "blue"}), teller)
    assert (found["team"], found["project"], found["origin"]) == ("blue", "p", "transcript")
    found = normalised(Event(name="user_prompt", attributes={}), teller)
    assert found["team"] == "red"


def test_an_origin_of_a_senders_own_making_is_none() -> None:
    for resource in ({}, {"origin": "elsewhere"}):
        teller = Teller(resource=resource)
        event = Event(name="user_prompt", attributes={"origin": "transcript"})
        assert normalised(event, teller)["origin"] == "live"


def test_a_permissions_source_stays_what_it_is() -> None:
    said: dict[str, Value] = {"source": "hook", "query_source": "sdk"}
    event = Event(name="tool_decision", attributes=said)
    assert stored(event, NOBODY).attributes["source"] == "hook"
    assert normalised(event, NOBODY)["decision_source"] == "hook"


def test_the_repository_wins_over_a_declared_project() -> None:
    owner: dict[str, Value] = {"project": "p", "vcs.owner.name": "acme"}
    assert _made(owner | {"vcs.repository.name": "widgets"})["project"] == "acme/widgets"
    assert _made(owner)["project"] == "p"
    assert _made({})["project"] == "unknown"


@pytest.mark.parametrize(
    ("model", "clean"),
    [
        ("gpt-v3", "gpt-v3"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-opus-5[1m]", "claude-opus-5"),
        ("us.anthropic.claude-sonnet-5-v1:0", "claude-sonnet-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"),
        ("claude-sonnet-5@default", "claude-sonnet-5"),
    ],
)
def test_a_model_has_no_decoration_and_the_event_keeps_it(model: str, clean: str) -> None:
    assert _made({"model": model})["model"] == clean
    kept = stored(Event(name="api_request", attributes={"model": model}), NOBODY).attributes
    assert kept["model"] == clean
    assert kept.get("model.client") == (model if model != clean else None)


@pytest.mark.parametrize(
    ("attributes", "source"),
    [
        ({"query_source": "sdk"}, "main"),
        ({"query_source": "repl_main_thread:outputStyle"}, "main"),
        ({"query_source": "agent:builtin:plan"}, "subagent"),
        ({"query_source": "sdk", "agent_id": "a"}, "subagent"),
        ({"query_source": "compact"}, "auxiliary"),
        ({"agent_id": "a", "source": "x"}, None),
    ],
)
def test_the_source_is_read_from_free_text(
    attributes: dict[str, Value], source: str | None
) -> None:
    assert _made(attributes).get("source") == source


NUMBERS: tuple[tuple[Value, float], ...] = ((3, 3.0), ("1.5", 1.5), ("1e2", 100.0))
NO_NUMBERS: tuple[Value, ...] = (True, "much", "NaN", " 1", "", "1_000", -1, 1e12)


def test_numbers_are_cast_and_bounded() -> None:
    for value, number in NUMBERS:
        assert _made({"cost_usd": value})["cost_usd"] == number
    for value in NO_NUMBERS:
        assert "cost_usd" not in _made({"cost_usd": value})


def test_a_request_without_a_kind_of_tokens_has_none_of_it() -> None:
    assert [_made({})[name] for name in TOKEN_TYPES.values()] == [0.0] * len(TOKEN_TYPES)
    assert "input_tokens" not in _made({}, "tool_result")


FITTING: tuple[tuple[Value, str], ...] = (
    ("Bash", "Bash"),
    ("日本 x_1", "日本 x_1"),
    (7, "7"),
    (529.0, "529"),
    (True, "true"),
)
UNFITTING = ("-x", "a\n", "x" * 201)


def test_a_bounded_label_is_text_that_fits() -> None:
    for value, label in FITTING:
        assert _made({"tool_name": value})["tool_name"] == label
    for value in UNFITTING:
        assert _made({"tool_name": value})["tool_name"] == "other"
    assert "tool_name" not in _made({"tool_name": ""})


def test_events_have_labels_of_other_names() -> None:
    assert _made({}, "api_refusal")["outcome"] == "refused"
    assert _made({"source": "hook"}, "tool_decision")["decision_source"] == "hook"
    assert "decision_source" not in _made({}, "tool_decision")
    assert _made({"invocation_trigger": "x"}, "skill_activated")["trigger"] == "x"
    assert _made({"trigger": "auto"}, "compaction")["trigger"] == "auto"
    assert _made({"skill.name": "review"})["skill_name"] == "review"
    assert _made({"session.id": "s"})["session"] == "s"


def test_increments_have_labels_of_other_names_and_a_bounded_amount() -> None:
    attributes: dict[str, Value] = {"terminal.type": "tmux", "source": "hook"}
    found = normalised(Increment(name="c", value=2, attributes=attributes), NOBODY)
    assert (found["terminal"], found["decision_source"], found["amount"]) == ("tmux", "hook", 2.0)
    for value in (-1.0, 1e10, float("nan")):
        increment = Increment(name="c", value=value, attributes={})
        assert "amount" not in normalised(increment, NOBODY)


def test_content_is_not_stored() -> None:
    event = Event(name="user_prompt", attributes={"prompt": "secret", "prompt_length": 6})
    assert set(stored(event, NOBODY).attributes) & {"prompt", "prompt_length"} == {"prompt_length"}
