"""Do the collector's text and Python's number of a term say the same?"""

from __future__ import annotations

import pytest

from provisioner.parts import CounterPart, EventPart, Part

SUM = EventPart(events=("a",), adds=("x",), divisor=1000.0, present="x")
COUNT = EventPart(events=("a", "b"))
BUCKET = EventPart(events=("a",), present="x", at_most=500.0, suffix="0.5")
BOTH = EventPart(events=("a",), adds=("x", "y"))
EVERY = EventPart(events=(), unless="b")
COUNTER = CounterPart(counter="c", unless=("kind", "idle"))


@pytest.mark.parametrize(
    ("part", "value", "gate", "where"),
    [
        (SUM, "{x} / 1000.0", "of.a", "{x} != nil"),
        (COUNT, "1", "", '{name} == "a" or {name} == "b"'),
        (BUCKET, "1 / (1 + Int(({x} - 0.001) / 500.0))", "of.a", "{x} != nil"),
        (BOTH, "{x} + {y}", "of.a", ""),
        (EVERY, "1", "", '{name} != "b"'),
    ],
)
def test_a_term_of_events_is_written_in_the_collectors_language(
    part: EventPart, value: str, gate: str, where: str
) -> None:
    names = {"name": "event.name", "x": "claude-otel.x", "y": "claude-otel.y"}
    attributes = {key: f'log.attributes["{name}"]' for key, name in names.items()}
    assert part.value == value.format(**attributes)
    assert (part.gate, part.where) == (gate, where.format(**attributes))


def test_a_term_of_a_counter_is_written_in_the_collectors_language() -> None:
    assert COUNTER.value == 'datapoint.attributes["claude-otel.amount"]'
    assert COUNTER.where == (
        'metric.name == "c" and datapoint.attributes["claude-otel.amount"] != nil '
        'and datapoint.attributes["claude-otel.kind"] != "idle"'
    )
    assert CounterPart(counter="c").where == (
        'metric.name == "c" and datapoint.attributes["claude-otel.amount"] != nil'
    )


@pytest.mark.parametrize(
    ("part", "name", "attributes", "added"),
    [
        (SUM, "a", {"x": 250.0}, 0.25),
        (SUM, "a", {}, None),
        (SUM, "b", {"x": 250.0}, None),
        (COUNT, "b", {}, 1.0),
        (COUNT, "c", {}, None),
        (BUCKET, "a", {"x": 500.0}, 1.0),
        (BUCKET, "a", {"x": 500.1}, 0.0),
        (BUCKET, "a", {}, None),
        (BOTH, "a", {"x": 1.0, "y": 2.0}, 3.0),
        (EVERY, "anything", {}, 1.0),
        (EVERY, "b", {}, None),
        (COUNTER, "c", {"amount": 2.0}, 2.0),
        (COUNTER, "c", {"amount": 2.0, "kind": "busy"}, 2.0),
        (COUNTER, "c", {"amount": 2.0, "kind": "idle"}, None),
        (COUNTER, "c", {}, None),
        (COUNTER, "d", {"amount": 2.0}, None),
        (CounterPart(counter="c"), "c", {"amount": 2.0, "kind": "idle"}, 2.0),
    ],
)
def test_a_record_adds_what_the_term_says(
    part: Part, name: str, attributes: dict[str, str | float], added: float | None
) -> None:
    assert part.added(name, attributes) == added
