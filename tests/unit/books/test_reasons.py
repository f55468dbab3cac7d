"""Is the likely reason given for an answer that nobody told?"""

from __future__ import annotations

import pytest

from provisioner.backends import Prometheus
from provisioner.books.reasons import MEANING, Past, Reason, past
from tests.servers import Answer, Request, serving, success
from tests.unit.books.answers import HOUR_MS, NOON_MS, added, response, told

PAST = Past(
    since_ms=NOON_MS - HOUR_MS,
    scrapes=[
        *((NOON_MS + 10_000 * number, True) for number in range(-6, 7)),
        (NOON_MS + 100_000, False),
        (NOON_MS + 110_000, True),
    ],
    heard={"session-1": (NOON_MS - 5000, NOON_MS + 5000)},
)


@pytest.mark.parametrize(
    ("session", "seconds", "reason"),
    [
        ("session-1", -4000, "before the stack"),
        ("session-1", -600, "stack down"),
        ("session-1", 98, "stack down"),
        ("session-1", 103, "stack down"),
        ("session-1", -6, "telemetry off"),
        ("session-1", 2, "export stalled"),
        ("session-1", 6, "client ended first"),
        ("session-1", 70, "client ended first"),
        ("session-2", 2, "telemetry off"),
    ],
)
def test_the_reason_follows_from_what_was_seen_then(
    session: str, seconds: int, reason: Reason
) -> None:
    lost = response(1, session=session, at_ms=NOON_MS + 1000 * seconds)
    assert PAST.reason(lost) == reason
    assert MEANING[reason]


def test_the_past_is_asked_only_of_days_on_which_something_is_missing() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        asked.append(request.query["query"])
        value = [NOON_MS / 1000, "1"]
        return success({"result": [{"metric": {}, "values": [value]}]})

    with serving(answer) as server:
        prometheus = Prometheus(url=server.url)
        span = (NOON_MS - HOUR_MS, NOON_MS + HOUR_MS)
        nothing = past(prometheus, [told(1), added(2, at_ms=0)], [], span)
        assert (asked, nothing.heard) == ([], {"session-1": (NOON_MS, NOON_MS)})
        found = past(prometheus, [], [response(1)], span)
    assert len(asked) == 2
    assert (found.scrapes, found.since_ms) == ([(NOON_MS, True)], NOON_MS - HOUR_MS)


def test_without_a_sign_of_life_everything_is_from_before_the_stack() -> None:
    with serving(lambda _: success({"result": []})) as server:
        found = past(Prometheus(url=server.url), [], [response(1)], (NOON_MS - HOUR_MS, NOON_MS))
    assert found.reason(response(1)) == "before the stack"
