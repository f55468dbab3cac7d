"""Whatever arrives at the door, the stack stays up, and totals hold what is valid and no more."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import pytest

from tests.stack.attacks import ACCEPTED, COST, REFUSED, post, valid
from tests.stack.books import Books, eventually
from tests.stack.runs import pass_event
from tests.stack.stacks import TestStack

OK = 200
REFUSALS = range(400, 501)
INDEX_LABELS = {"service_name", "event_name", "ingest_source"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What has been counted since a moment, whoever's it is."""

    stack: TestStack
    at: float

    def total(self, series: str) -> float:
        seconds = int(time.time() - self.at) + 1
        return self.stack.prometheus.total(f"sum(sum_over_time({series}[{seconds}s]))")


@pytest.fixture
def books(stack: TestStack) -> Books:
    return Books(stack=stack, project=f"hostile-{uuid.uuid4().hex[:8]}")


@pytest.mark.parametrize("attack", sorted(REFUSED))
def test_the_door_refuses_what_is_no_telemetry(books: Books, attack: str) -> None:
    refused = REFUSED[attack]
    status = post(books.stack, refused.body(), refused.content_type, refused.headers)
    assert status in REFUSALS
    _send_one(books)
    eventually(lambda: _counted(books), (1, COST, 1))


@pytest.mark.parametrize("attack", sorted(ACCEPTED))
def test_an_attack_takes_nothing_along_and_adds_nothing(books: Books, attack: str) -> None:
    pass_event(books.stack)
    accepted, since = ACCEPTED[attack], Since(stack=books.stack, at=time.time())
    sent = 0
    for body in accepted.requests(books.project):
        assert post(books.stack, body) == OK
        # If a store refused the attack, it would refuse this with it: it is in the same batch.
        _send_one(books)
        sent += 1
    requests, cost = sent + accepted.counted, sent * COST + accepted.cost
    eventually(lambda: since.total("ledger_api_requests"), requests)
    assert since.total("ledger_cost_usd") == pytest.approx(cost)
    eventually(lambda: _in_loki(books) >= requests, expected=True)


def _send_one(books: Books) -> None:
    request, _ = valid(books.project)
    assert post(books.stack, bytes(request.SerializeToString())) == OK


def _counted(books: Books) -> tuple[float, float, int]:
    requests, cost = books.total("ledger_api_requests"), books.total("ledger_cost_usd")
    return requests, cost, books.loki_count("api_request")


def _in_loki(books: Books) -> float:
    """Those of a service that is none of the client's are not among a project's events."""
    events = f'{{event_name="api_request"}} | project="{books.project}"'
    return books.stack.loki.total(f"sum(count_over_time({events}[1h]))")
