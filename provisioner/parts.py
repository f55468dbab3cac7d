"""What of a record is added to an amount?

Each term is said once and read twice: as OTTL by the collector (`value`, `where`), and as a number
by `provisioner/ledger.py` (`added`), for history that did not come through the collector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OWN = "claude-otel."
"""See `telemetry.OWN`."""

AMOUNT = "amount"
"""The attribute under which the collector keeps the value of a counter's data point."""

GATE = "of."
"""With an event's name behind it, an attribute that the collector gives to events of that name.

Whether an attribute is there is asked before anything is made of a record; a condition only after
its labels have been gathered, which for all amounts together took a quarter of the collector's
time.
"""

Attributes = Mapping[str, str | float]
"""A normalised record: its numbers are floats, everything else is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPart:
    """A term made of events: the sum of attributes, or one for each event when there are none.

    Without names in `events`, those of every name count but `unless`. `present` is an attribute
    that must be there. With `at_most`, a term is 1 or 0: whether that attribute is at most so much.
    `suffix` is the value of the amount's `suffix_label`.
    """

    events: tuple[str, ...]
    adds: tuple[str, ...] = ()
    divisor: float = 1.0
    present: str = ""
    at_most: float | None = None
    suffix: str = ""
    unless: str = ""

    @property
    def value(self) -> str:
        """What is added, in OTTL over a log record.

        OTTL makes no number of a comparison, but divides whole numbers without a remainder; what is
        subtracted keeps the bound itself within.
        """
        if self.at_most is not None:
            return f"1 / (1 + Int(({_checked('log', self.present)} - 0.001) / {self.at_most}))"
        terms = " + ".join(_checked("log", name) for name in self.adds) or "1"
        return terms if self.divisor == 1 else f"{terms} / {self.divisor}"

    @property
    def gate(self) -> str:
        """What only records of the one event have that is meant; empty where it is not one."""
        return f"{GATE}{self.events[0]}" if len(self.events) == 1 else ""

    @property
    def where(self) -> str:
        """Which records add something, in OTTL, of those that have the gate; empty if all do."""
        name = 'log.attributes["event.name"]'
        named = " or ".join(f'{name} == "{each}"' for each in self.events)
        conditions = [] if self.gate else [named or f'{name} != "{self.unless}"']
        if self.present:
            conditions.append(f"{_checked('log', self.present)} != nil")
        return " and ".join(conditions)

    def added(self, name: str, attributes: Attributes) -> float | None:
        """What a record adds; None when it is no record of this term."""
        is_meant = name in self.events if self.events else name != self.unless
        if not is_meant or (self.present and self.present not in attributes):
            return None
        if self.at_most is not None:
            return float(float(attributes[self.present]) <= self.at_most)
        if not self.adds:
            return 1.0
        return sum(float(attributes[each]) for each in self.adds) / self.divisor


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPart:
    """A term made of a counter's increments, without those where an attribute has a value."""

    counter: str
    unless: tuple[str, str] | None = None
    suffix: str = ""
    gate: str = ""

    @property
    def value(self) -> str:
        """What is added, in OTTL over a data point."""
        return _checked("datapoint", AMOUNT)

    @property
    def where(self) -> str:
        """Which data points add something, in OTTL."""
        condition = f'metric.name == "{self.counter}" and {self.value} != nil'
        if self.unless is None:
            return condition
        label, value = self.unless
        return f'{condition} and {_checked("datapoint", label)} != "{value}"'

    def added(self, name: str, attributes: Attributes) -> float | None:
        """What an increment adds; None when it is none of this term."""
        if name != self.counter or AMOUNT not in attributes:
            return None
        if self.unless is not None and attributes.get(self.unless[0]) == self.unless[1]:
            return None
        return float(attributes[AMOUNT])


Part = EventPart | CounterPart


def _checked(record: str, name: str) -> str:
    """What the collector has made of an attribute, or of the value itself."""
    return f'{record}.attributes["{OWN}{name}"]'
