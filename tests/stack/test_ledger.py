"""What is computed from records is what the collector makes of the same records."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping

import pytest

from provisioner.backends import Entry
from provisioner.history import write_amounts, write_events
from provisioner.ledger import Ledger, ledger
from provisioner.normalise import Teller, stored
from provisioner.otlp import Sender, increments_request, logs_request, send
from provisioner.records import Event, Increment, Record, Value
from provisioner.telemetry import AMOUNTS, EVENT_SCOPE, METRIC_SCOPE, NUMBERS, PROBE
from tests.stack.books import eventually
from tests.stack.stacks import TestStack

Totals = Mapping[str, float]

DAY_NS = 86_400 * 10**9
MODELS = (
    "claude-opus-5-5",
    "claude-opus-5[1m]",
    "us.anthropic.claude-sonnet-5-v1:0",
    "claude-haiku-4-5@20251001",
    "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc",
    "vertex/anthropic/claude-opus-5-v2:1",
    "claude-sonnet-5@default",
    "anthropic.claude-opus-5-5-v2",
    "ünknown/modèl",
    "-odd",
    "",
)
SOURCES = ("main", "sdk", "repl_main_thread:x", "agent:builtin:plan", "subagent", "compact", "")
ODD_NUMBERS: tuple[Value, ...] = (0.25, 3, "1.5", "1e2", "much", "NaN", " 1", "", -1, 1e12, True)
ODD_LABELS: tuple[Value, ...] = (
    "Bash",
    "C#",
    "naïve Tool",
    "a\nb",
    "x" * 201,
    "",
    7,
    1.5,
    True,
    "日本",
)


def test_series_and_amounts_are_those_of_the_collector(stack: TestStack) -> None:
    mark = uuid.uuid4().hex[:8]
    records = list(_all_kinds(mark))
    _send(stack, records)
    expected = pytest.approx(_computed(records), rel=1e-12)
    eventually(lambda: _said(stack, mark), expected)
    named = {series.partition("{")[0] for series in _said(stack, mark)}
    assert named == {amount.name for amount in AMOUNTS} - {PROBE.name}


def test_a_resource_tells_what_records_do_not(stack: TestStack) -> None:
    mark = uuid.uuid4().hex[:8]
    resource = {"department": "red", "project": f"{mark} resource", "origin": "transcript"}
    records: list[Record] = [
        Event(name="user_prompt", attributes={"user.id": "a"}),
        Event(name="user_prompt", attributes={"team.id": mark}),
        Increment(name="claude_code.commit.count", value=2, attributes={"team": mark}),
    ]
    _send(stack, records, resource)
    expected = _computed(records, Teller(resource=resource))
    eventually(lambda: _said(stack, mark), expected)


def test_history_is_found_where_it_happened(stack: TestStack) -> None:
    mark = uuid.uuid4().hex[:8]
    at_ns = time.time_ns() - 60 * DAY_NS
    records = list(_all_kinds(mark, at_ns))
    stores = stack.stores
    teller = Teller(resource={"origin": "transcript"})
    write_amounts(stores, ledger(records, teller), _nobody)
    events = [record for record in records if isinstance(record, Event)]
    write_events(stores, events, teller, mark, _nobody)
    assert _said(stack, mark) == pytest.approx(_computed(records, teller), rel=1e-12)
    found = stack.loki.entries(f'{{ingest_source="{mark}"}}', at_ns, at_ns + 10**9)
    assert len(found) == len(events)
    assert {entry.attributes["origin"] for entry in found} == {"transcript"}


def test_an_event_is_stored_as_the_collector_stores_it(stack: TestStack) -> None:
    mark = uuid.uuid4().hex[:8]
    event = Event(
        name="api_request",
        attributes={
            "user.email": f"{mark}@example.org",
            "vcs.owner.name": "acme",
            "vcs.repository.name": mark,
            "model": "claude-opus-5[1m]",
            "query_source": "sdk",
            "cost_usd": 0.5,
            "prompt": "secret",
        },
    )
    _send(stack, [event])
    query = f'{{service_name="claude-code"}} | project="acme/{mark}"'
    eventually(lambda: len(_entries(stack, query)), 1)
    (entry,) = _entries(stack, query)
    kept = stored(event, Teller()).attributes
    expected = {name.replace(".", "_"): str(value) for name, value in kept.items()}
    assert {name: entry.attributes.get(name) for name in expected} == expected
    assert "prompt" not in entry.attributes


def _all_kinds(mark: str, at_ns: int = 0) -> Iterator[Record]:
    """Records of every kind, with values of every kind; all in a project of their own."""
    common: dict[str, Value] = {"project": f"{mark} project", "session.id": f"{mark}-session"}
    who: tuple[dict[str, Value], ...] = (
        {"user.email": "ann@example.org"},
        {"user.account_uuid": "b"},
        {"user.id": 5},
        {},
    )
    for number, attributes in enumerate(_varied()):
        everything = {
            **common,
            **who[number % len(who)],
            **attributes,
            "team": f"{mark} {number % 2}",
        }
        named = {source for each in AMOUNTS for source in each.sources}
        for name in sorted({*named, "telepathy_started", "No Name"}):
            if name.startswith("claude_code."):
                value = (1, 0.5, -1.0, 1e10)[number % 4]
                yield Increment(name=name, value=value, attributes=everything, at_ns=at_ns)
            elif name != PROBE.sources[0]:
                yield Event(name=name, attributes=everything, at_ns=at_ns)


def _varied() -> Iterator[dict[str, Value]]:
    labels = sorted({name for each in AMOUNTS for name in each.labels} - {"session", "user"})
    for number in range(len(ODD_NUMBERS)):
        texts = {
            name: ODD_LABELS[(number + at) % len(ODD_LABELS)] for at, name in enumerate(labels)
        }
        del texts["project"], texts["team"], texts["source"]
        added = {
            name: ODD_NUMBERS[(number + at) % len(ODD_NUMBERS)] for at, name in enumerate(NUMBERS)
        }
        model, source = MODELS[number % len(MODELS)], SOURCES[number % len(SOURCES)]
        start = "agents_view" if number % 3 else "fresh"
        said = {"model": model, "query_source": source, "start_type": start}
        yield {**texts, **added, **said, "app.entrypoint": "cli"} if number else {}


def _send(stack: TestStack, records: list[Record], resource: Mapping[str, Value] = {}) -> None:
    events = [record for record in records if isinstance(record, Event)]
    increments = [record for record in records if isinstance(record, Increment)]
    teller = Sender(service_name="claude-code", scope=EVENT_SCOPE, resource=resource)
    send(stack.door, logs_request(teller, events), "http/protobuf")
    counter = Sender(service_name="claude-code", scope=METRIC_SCOPE, resource=resource)
    send(stack.door, increments_request(counter, increments), "grpc")


def _computed(records: list[Record], teller: Teller = Teller()) -> Totals:  # noqa: B008 - frozen
    found: Ledger = ledger(records, teller)
    return {
        _written({"__name__": series.name, **dict(series.labels)}): sum(amounts.values())
        for series, amounts in found.items()
    }


def _said(stack: TestStack, mark: str) -> Totals:
    """Sums by series; one of them has no project, and the session family no team."""
    found: dict[str, float] = {}
    for named in (f'project=~"{mark}.*"', f'project="",team=~"{mark}.*"'):
        selector = f'{{__name__=~"ledger_.+",{named}}}'
        for sample in stack.prometheus.samples(selector, 61 * DAY_NS // 10**9):
            series = _written(sample.labels)
            found[series] = found.get(series, 0.0) + sample.value
    return found


def _written(labels: Mapping[str, str]) -> str:
    rest = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    return f"{labels['__name__']}{{{rest}}}"


def _entries(stack: TestStack, query: str) -> list[Entry]:
    now = time.time_ns()
    return stack.loki.entries(query, now - DAY_NS, now + DAY_NS)


def _nobody(line: str) -> None:
    del line
