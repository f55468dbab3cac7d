"""Does each event become one line that says what a person wants to know, once?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

import pytest

from provisioner import events
from provisioner.backends import Entry, Loki
from provisioner.event_attributes import EVENTS
from provisioner.events import TELLING, follow, line, recent, settled
from tests.servers import Answer, Request, serving, success

SECOND = 10**9
ALWAYS = {
    "session_id": "0123456789abcdef",
    "project": "acme/shop",
    "user": "ann@example.com",
    "team": "blue",
    "origin": "live",
    "prompt_id": "p",
    "request_id": "r",
    "app_version": "2",
    "service_name": "claude-code",
    "event_sequence": "7",
    "organization_id": "o",
    "terminal_type": "xterm",
    "vcs_repository_name": "shop",
}


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _entry(name: str, at_ns: int = 0, **attributes: str) -> Entry:
    said = {**ALWAYS, "event_name": name, **attributes}
    return Entry(attributes=said, at_ns=at_ns, line=f"claude_code.{name}")


LINES = {
    "api_error": "model=m status_code=529 error=overloaded attempt=2",
    "api_refusal": "model=m source=main",
    "api_request": (
        "model=m source=main cost_usd=0.25 duration_ms=1200 input_tokens=1 output_tokens=2 "
        "cache_read_tokens=3 cache_creation_tokens=4"
    ),
    "api_retries_exhausted": "model=m status_code=529 total_attempts=11",
    "assistant_response": "model=m response_length=80",
    "compaction": "trigger=auto pre_tokens=9 post_tokens=2 success=true",
    "hook_execution_complete": "hook_name=h num_success=1 num_blocking=0 total_duration_ms=5",
    "mcp_server_connection": (
        "status=failed transport_type=stdio server_name=s error_code=ECONNREFUSED"
    ),
    "plugin_loaded": "plugin_name=p plugin_scope=user",
    "subagent_completed": "agent_type=explore model=m total_tool_uses=3 duration_ms=90",
    "tool_decision": "tool_name=Bash decision=accept source=config",
    "tool_result": "tool_name=Bash success=false duration_ms=12 error_type=exit",
    "user_prompt": "prompt_length=42 command_name=review",
}


@pytest.mark.parametrize("name", LINES)
def test_a_known_event_says_what_matters_in_its_order(name: str) -> None:
    attributes = dict(fact.split("=") for fact in reversed(LINES[name].split()))
    assert line(_entry(name, 3661 * SECOND, hidden="x", **attributes)) == (
        f"01:01:01 01234567 acme/shop {name} {LINES[name]}"
    )


def test_an_event_that_is_not_known_has_its_own_name_if_that_is_one() -> None:
    for said, shown in {"telepathy_started": "telepathy_started", "\x1b[2J": "other"}.items():
        entry = _entry("other", event_name_client=said)
        assert line(entry) == f"00:00:00 01234567 acme/shop {shown}"


def test_every_event_with_words_of_its_own_is_tested_and_known() -> None:
    assert set(LINES) == set(TELLING)
    assert set(TELLING) <= set(EVENTS)


def test_an_unknown_event_shows_everything_but_the_plumbing() -> None:
    said = line(_entry("brand_new", zebra="1", apple="2"))
    assert said == "00:00:00 01234567 acme/shop brand_new apple=2 zebra=1"


def test_what_a_known_event_does_not_have_is_left_out() -> None:
    assert line(_entry("tool_result", tool_name="Bash")).endswith("tool_result tool_name=Bash")


def test_an_event_without_session_project_and_name_has_a_line_too() -> None:
    entry = Entry(attributes={}, at_ns=0, line="claude_code.odd")
    assert line(entry) == "00:00:00 -        unknown claude_code.odd"


def test_values_with_spaces_are_quoted_and_stay_on_their_line() -> None:
    said = line(_entry("api_error", error="no\n  luck", model=""))
    assert said.endswith('api_error model="" error="no luck"')


@contextmanager
def _loki(answers: Sequence[Sequence[Entry] | Answer]) -> Iterator[tuple[Loki, list[Request]]]:
    """A Loki that answers with these, one a poll, and then with no entries."""
    left = list(answers)

    def answer(request: Request) -> Answer:
        del request
        found = left.pop(0) if left else []
        return found if isinstance(found, Answer) else _streams(found)

    with serving(answer) as server:
        yield Loki(url=server.url), server.requests


def _streams(entries: Sequence[Entry]) -> Answer:
    streams = [
        {"stream": dict(each.attributes), "values": [[str(each.at_ns), each.line]]}
        for each in entries
    ]
    return success({"result": streams})


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.0)


def _quiet(text: str) -> None:
    pytest.fail(f"nothing was to be said, but: {text}")


def test_recent_events_are_the_newest_oldest_first() -> None:
    found = [_entry("user_prompt", at_ns=number) for number in (3, 2)]
    with _loki([found]) as (loki, asked):
        assert [entry.at_ns for entry in recent(loki, 3600, 2)] == [2, 3]
    (request,) = asked
    assert request.query["query"] == '{service_name=~"claude-code.*"}'
    assert (request.query["limit"], request.query["direction"]) == ("2", "backward")
    span = int(request.query["end"]) - int(request.query["start"])
    assert span == 3600 * SECOND + events.OVERLAP_NS


def test_no_recent_events_are_asked_for_when_none_are_wanted() -> None:
    with _loki([]) as (loki, asked):
        assert recent(loki, 3600, 0) == []
    assert asked == []


def test_settled_is_what_lies_around_now_as_far_as_clocks_and_retries_reach() -> None:
    found = [_entry("user_prompt", at_ns=2)]
    with _loki([found]) as (loki, asked):
        assert settled(loki) == found
    (request,) = asked
    span = int(request.query["end"]) - int(request.query["start"])
    assert span == 2 * events.OVERLAP_NS > 2 * 600 * SECOND


@pytest.mark.usefixtures("_at_once")
def test_following_yields_each_event_once() -> None:
    now = time.time_ns()
    first, late, twin = (
        _entry("user_prompt", now),
        _entry("tool_result", now - SECOND),
        _entry("user_prompt", now, prompt_id="another"),
    )
    with _loki([[first], [first, late], [], [late, first, twin]]) as (loki, _):
        assert list(islice(follow(loki, [], _quiet), 3)) == [first, late, twin]


@pytest.mark.usefixtures("_at_once")
def test_following_does_not_repeat_what_is_known_but_shows_what_came_late() -> None:
    now = time.time_ns()
    known, late = _entry("user_prompt", now), _entry("tool_result", now - 600 * SECOND)
    with _loki([[late, known]]) as (loki, asked):
        assert next(follow(loki, [known], _quiet)) == late
    assert int(asked[0].query["start"]) < late.at_ns


@pytest.mark.usefixtures("_at_once")
def test_following_says_once_that_loki_is_away_and_goes_on_where_it_was() -> None:
    told: list[str] = []
    away, event = Answer(status=503, body=b"starting"), _entry("user_prompt", time.time_ns())
    with _loki([[], away, away, [event]]) as (loki, asked):
        assert next(follow(loki, [], told.append)) == event
        (said,) = told
        assert said == f"waiting for Loki: {loki.url}/loki/api/v1/query_range: HTTP 503: starting"
    assert len({request.query["start"] for request in asked[1:]}) == 1


@pytest.mark.usefixtures("_at_once")
def test_following_says_it_again_when_loki_goes_away_again() -> None:
    told: list[str] = []
    away, event = Answer(status=503), _entry("user_prompt", time.time_ns())
    with _loki([away, [], away, [event]]) as (loki, _):
        assert next(follow(loki, [], told.append)) == event
    assert len(told) == 2
