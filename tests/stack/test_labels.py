"""Whatever a sender says, labels say who and what, and cannot be flooded or forged."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping

import pytest

from provisioner.otlp import Gauge, Sender, gauges_request, logs_request, send
from provisioner.records import Event, Value
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE, PLAN_LIMIT_SCOPE, PLAN_USED
from tests.stack.books import Books, eventually
from tests.stack.stacks import TestStack

MODELS = {
    "claude-opus-5-5": "claude-opus-5-5",
    "claude-opus-5-5[1m]": "claude-opus-5-5",
    "us.anthropic.claude-sonnet-4-20250514-v1:0": "claude-sonnet-4-20250514",
    "anthropic.claude-haiku-4-5-v2": "claude-haiku-4-5",
    "anthropic/claude-opus-4.1": "claude-opus-4.1",
    "openrouter/anthropic/claude-opus-4.2": "claude-opus-4.2",
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0": (
        "claude-3-haiku-20240307"
    ),
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-v1:0": (
        "claude-opus-4"
    ),
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc1": (
        "application-inference-profile/abc1"
    ),
    "claude-opus-4@20250514": "claude-opus-4-20250514",
    "claude-opus-6@default": "claude-opus-6",
    "deepseek-v3": "deepseek-v3",
    "team@latest": "team@latest",
    "no model\n at all": "other",
    "x" * 201: "other",
}
USERS = {
    "ada@example.org": "ada@example.org",
    "o'brien@example.org": "o'brien@example.org",
    "_build+nightly@example.org": "_build+nightly@example.org",
    "Ærøskøbing & Søn": "Ærøskøbing & Søn",
    '"; drop': "other",
}
OUTSIDE = {"effort": "effort", "speed": "speed", "entrypoint": "app.entrypoint"}
"""Labels of the cost, by the attributes that they come from."""


@pytest.fixture
def books(stack: TestStack) -> Books:
    return Books(stack=stack, project=f"acme/labels-{uuid.uuid4().hex[:8]}")


def test_a_model_is_known_by_one_name_whoever_provides_it(books: Books) -> None:
    _send(books, ({"model": model} for model in MODELS))
    expected: dict[str, float] = {}
    for label in MODELS.values():
        expected[label] = expected.get(label, 0) + 1
    eventually(lambda: books.by("ledger_api_requests", "model"), expected)


def test_names_of_people_are_kept_as_they_are_unless_they_are_none(books: Books) -> None:
    _send(books, ({"user.email": user} for user in USERS))
    expected = dict.fromkeys(USERS.values(), 1.0)
    eventually(lambda: books.by("ledger_api_requests", "user"), expected)


def test_a_project_may_have_an_unusual_name(stack: TestStack) -> None:
    books = Books(stack=stack, project=f".dotfiles/c# {uuid.uuid4().hex[:8]}!")
    _send(books, [{}])
    eventually(lambda: books.total("ledger_api_requests"), 1)


def test_an_empty_name_gives_way_to_the_next(books: Books) -> None:
    _send(books, [{"user.email": "", "user.account_uuid": "", "user.id": "install-1"}])
    empty = {"vcs.owner.name": "", "vcs.repository.name": "widgets", "team": "", "team.id": "core"}
    _send(books, [{"user.email": "", **empty}])
    said = {"install-1 unknown": 1.0, "unknown core": 1.0}
    eventually(lambda: books.by("ledger_api_requests", "user", "team"), said)


def test_who_and_where_may_stand_on_the_resource_alone(books: Books) -> None:
    owner, _, repository = books.project.partition("/")
    resource = {
        "user.email": "ada@example.org",
        "department": "core",
        "vcs.owner.name": owner,
        "vcs.repository.name": repository,
        "origin": "transcript",
    }
    _send(books, [{}, {}], project="", resource=resource)
    said = {"ada@example.org core transcript": 2.0}
    eventually(lambda: books.by("ledger_api_requests", "user", "team", "origin"), said)


def test_labels_that_come_from_outside_are_bounded(books: Books) -> None:
    _send(books, [dict.fromkeys(OUTSIDE.values(), "{flood}") | {"cost_usd": 1.0}])
    said = {" ".join("other" for _ in OUTSIDE): 1.0}
    eventually(lambda: books.by("ledger_cost_usd", *OUTSIDE), said)


def test_a_senders_own_words_for_our_labels_are_not_believed(books: Books) -> None:
    forged = dict.fromkeys(("origin", "source", "session", "outcome", "type", "le"), "forged")
    ours = {f"claude-otel.{name}": "forged" for name in (*forged, "cost_usd")}
    _send(books, [{**forged, **ours, "cost_usd": 1.0, "input_tokens": 1, "duration_ms": 1}])
    eventually(lambda: books.total("ledger_api_requests"), 1)
    for series in ("ledger_cost_usd", "ledger_tokens", "ledger_api_seconds_bucket"):
        assert books.total(series) >= 1
    assert books.stack.prometheus.query(_forged(books)) == []


def test_nobody_floods_the_labels_of_a_plans_limits(stack: TestStack) -> None:
    user = f"{uuid.uuid4().hex}@example.org"
    _send_used(stack, {"window": "one_hour"}, user=user)
    _send_used(stack, {"window": "five_hour"}, user=user, scope=METRIC_SCOPE)
    _send_used(stack, {"window": "five_hour"}, user=user, name="claude_otel.plan_limit.more")
    _send_used(stack, {"window": "five_hour"}, user="{flood}")
    _send_used(stack, {"window": "seven_day", "branch": "flood", "user": "forged"}, user=user)
    selector = '{__name__=~"claude_otel.+",user=~"' + user + '|other|.*flood.*|forged"}'

    def seen() -> set[tuple[tuple[str, str], ...]]:
        of_scrape = {"instance", "job"}
        found = (sample.labels.items() for sample in stack.prometheus.query(selector))
        return {tuple(sorted(pair for pair in each if pair[0] not in of_scrape)) for each in found}

    named = ("__name__", PLAN_USED.name)
    expected = {
        (named, ("user", "other"), ("window", "five_hour")),
        (named, ("user", user), ("window", "seven_day")),
    }
    eventually(seen, expected)


def _send_used(
    stack: TestStack,
    labels: Mapping[str, str],
    *,
    user: str,
    scope: str = PLAN_LIMIT_SCOPE,
    name: str = PLAN_USED.otel_name,
) -> None:
    now_ms = int(time.time() * 1000)
    gauge = Gauge(otel_name=name, labels=tuple(labels.items()), samples=[(now_ms, 0.5)])
    sender = Sender(service_name="flood", scope=scope, resource={"user.email": user, "x": user})
    send(stack.door, gauges_request([gauge], sender), "grpc")


def _forged(books: Books) -> str:
    labels = ("origin", "source", "session", "outcome", "type", "le")
    series = f'__name__=~"ledger_.+",project="{books.project}"'
    return " or ".join(f'sum_over_time({{{series},{name}="forged"}}[1h])' for name in labels)


def _send(
    books: Books,
    attributes: Iterable[Mapping[str, Value]],
    *,
    project: str | None = None,
    resource: Mapping[str, Value] | None = None,
) -> None:
    where = {"project": books.project if project is None else project}
    events = [Event(name="api_request", attributes={**where, **each}) for each in attributes]
    sender = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=resource or {})
    send(books.stack.door, logs_request(sender, events), "grpc")
