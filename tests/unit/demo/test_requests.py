"""Do invented requests cost what they would, and fail as the client tells of it?"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from provisioner.demo.cast import HAIKU, OPUS, SONNET, TEAM
from provisioner.demo.pen import Pen
from provisioner.demo.requests import ATTEMPTS, CACHE_SECONDS, Conversation, ask_aside
from provisioner.records import Event


class Fixed(Random):
    """Chance that is what one says: each question whether something happens gets the next one."""

    def __init__(self, *answers: float) -> None:
        super().__init__(1)
        self.answers = list(answers)

    def random(self) -> float:
        return self.answers.pop(0) if self.answers else 0.5


class Refusing(Pen):
    """Where only what hardly ever happens does happen."""

    def happens(self, probability: float) -> bool:
        return probability < 0.002


def _talk(*answers: float) -> Conversation:
    farid = TEAM[5]
    pen = Pen(Fixed(*answers), farid, farid.projects[0], 1_763_600_000.0, "s")
    return Conversation(pen, farid.model, "repl_main_thread")


def _told(talk: Conversation) -> Sequence[Event]:
    return [record for record in talk.pen.records if isinstance(record, Event)]


def test_a_request_costs_its_tokens_at_list_price() -> None:
    # As the client estimated it for the model of that name.
    cost = OPUS.cost(fresh=101, output=51, read=5_000, write=1_500)
    assert cost == pytest.approx(0.013924 - 500 * 8e-6)


def test_a_conversation_reads_from_the_cache_until_it_is_cold() -> None:
    talk = _talk()
    for pause in (0.0, 1.0, CACHE_SECONDS + 1):
        talk.pen.wait(pause)
        talk.answer(100)
    first, second, third = (event.attributes for event in _told(talk))
    assert first["cache_read_tokens"] == third["cache_read_tokens"] == 0
    assert second["cache_read_tokens"] == int(first["cache_creation_tokens"]) + 100
    assert int(third["cache_creation_tokens"]) > int(second["cache_read_tokens"])
    assert first["model"] == "claude-fable-5-1[1m]"


def test_a_failure_after_all_retries_says_so_twice() -> None:
    talk = _talk(0.0, 0.0)
    assert talk.ask() is False
    error, exhausted = _told(talk)
    assert (error.name, exhausted.name) == ("api_error", "api_retries_exhausted")
    assert error.attributes["attempt"] == exhausted.attributes["total_attempts"] == ATTEMPTS
    assert error.attributes["status_code"] == exhausted.attributes["status_code"] == 529


def test_a_failure_that_is_not_retried_says_so_once() -> None:
    talk = _talk(0.0, 0.999)
    assert talk.ask() is False
    (error,) = _told(talk)
    assert (error.attributes["attempt"], error.attributes["status_code"]) == (1, 400)


def test_a_refusal_comes_with_a_request_of_the_same_id() -> None:
    talk = _talk()
    talk.pen = Refusing(talk.pen.chance, talk.pen.person, talk.pen.project, 0.0, "s")
    assert talk.ask() is False
    request, refusal = _told(talk)
    assert (request.name, refusal.name) == ("api_request", "api_refusal")
    assert request.attributes["request_id"] == refusal.attributes["request_id"]


def test_requests_beside_the_conversation_are_small_and_without_effort() -> None:
    talk = _talk()
    ask_aside(talk.pen, "generate_session_title")
    (request,) = _told(talk)
    assert (request.attributes["model"], "effort" in request.attributes) == (HAIKU.name, False)
    assert SONNET.cost(fresh=10**6, output=0, read=0, write=0) == SONNET.input_usd
