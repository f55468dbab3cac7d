"""Is it told when the door stays shut?"""

from __future__ import annotations

import pytest

from provisioner.client_headers import HEADERS
from provisioner.doctor.token_checks import token_refused, token_wrong
from tests.unit.doctor.patient import TOKEN, WELL, file, seen, told, without

LOGS = "OTEL_EXPORTER_OTLP_LOGS_HEADERS"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
RIGHT = f"Authorization=Bearer%20{TOKEN}"


def test_the_token_is_shown_and_taken() -> None:
    assert (told(token_wrong, seen()), told(token_refused, seen())) == ([], [])


def test_no_token_is_told_with_what_to_do() -> None:
    (events, counters) = token_wrong(seen(without(HEADERS)))
    assert events.where == HEADERS
    assert {events.what, counters.what} == {
        "the client shows no token, so the collector refuses its events",
        "the client shows no token, so the collector refuses its counters",
    }
    assert events.fix == "open a new shell, or claude-otel setup"


@pytest.mark.parametrize("value", ["a=b", ""])
def test_headers_without_it_are_named(value: str) -> None:
    assert (
        told(token_wrong, seen({**WELL, HEADERS: value}))
        == [("error", f"the shell: {HEADERS}")] * 2
    )


def test_another_token_is_told_and_not_shown() -> None:
    found = list(token_wrong(seen({**WELL, HEADERS: "Authorization=Bearer%20other"})))
    assert len(found) == 2
    assert "another token" in found[0].what
    assert "other" not in str(found).replace("another", "")
    assert TOKEN not in str(found)


def test_a_signals_own_headers_come_before_the_general_ones() -> None:
    assert told(token_wrong, seen({**WELL, LOGS: "authorization=x"})) == [
        ("error", f"the shell: {LOGS}")
    ]
    assert told(token_wrong, seen({**WELL, HEADERS: "a=b", LOGS: RIGHT})) == [
        ("error", f"the shell: {HEADERS}")
    ]


def test_a_settings_file_may_show_it() -> None:
    assert told(token_wrong, seen(without(HEADERS), file("user", {HEADERS: f"a=b,{RIGHT}"}))) == []


@pytest.mark.parametrize("endpoint", ["http://otel.corp:14317", "http://localhost:4317"])
def test_another_collector_need_not_see_it(endpoint: str) -> None:
    assert told(token_wrong, seen({**without(HEADERS), ENDPOINT: endpoint})) == []


def test_a_token_that_is_not_known_cannot_be_compared() -> None:
    assert told(token_wrong, seen(without(HEADERS), token="")) == []


def test_a_door_that_refuses_the_stacks_own_token_is_told() -> None:
    assert told(token_refused, seen(takes_token=False)) == [("error", "127.0.0.1:14318")]
