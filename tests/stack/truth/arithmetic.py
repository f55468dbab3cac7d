"""What must a panel show, given all facts and what the board's variables let through?

The arithmetic of the tests: sums, shares and percentiles of facts. A filter narrows a query when
every measure in it can be told apart by it; a share of two differently filtered sums would mean
nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from tests.stack.truth.facts import Fact, Happening, Labels, is_number

Key = tuple[tuple[str, str], ...]
Answer = dict[Key, float]
"""Numbers by label values, sorted by label; labels without a value are left out."""

FILTERS = ("user", "team", "project", "model", "origin")
OF_A_MODEL = {
    "api_error",
    "api_refusal",
    "api_request",
    "api_retries_exhausted",
    "assistant_response",
    "subagent_completed",
}
"""Events that name a model; others are not narrowed by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """The facts of a measure whose labels have the given values, one or one of several."""

    measure: str
    where: Mapping[str, str | tuple[str, ...]]


def of(measure: str, **where: str | tuple[str, ...]) -> Of:
    """The facts of a measure, narrowed by labels."""
    return Of(measure=measure, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All facts of a range and of the range before, and what is chosen of them."""

    facts: Sequence[Fact]
    facts_before: Sequence[Fact]
    happenings: Sequence[Happening]
    happenings_before: Sequence[Happening]
    seconds: int
    step: int
    end: float
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sums(self, what: Of, *by: str, beside: Of | None = None, before: bool = False) -> Answer:
        """The total of a measure for each value of the labels."""
        found: dict[Key, float] = defaultdict(float)
        for fact in self.of(what, beside, before=before):
            found[_key(fact.labels, by)] += fact.amount
        return dict(found)

    def distinct(
        self, what: Of, label: str, *, beside: Of | None = None, before: bool = False
    ) -> Answer:
        """How many values of a label have spent something."""
        spent = self.sums(what, label, beside=beside, before=before).values()
        count = sum(amount > 0 for amount in spent)
        return {(): count} if count else {}

    def mean(self, sums: Of, counts: Of, *by: str) -> Answer:
        """A total for each one of what is counted."""
        return ratio(self.sums(sums, *by, beside=counts), self.sums(counts, *by, beside=sums))

    def share(self, part: Of, whole: Of, *by: str) -> Answer:
        """The part of a whole: 0 where there is a whole and none of it is of the part."""
        wholes = self.sums(whole, *by, beside=part)
        return ratio(dict.fromkeys(wholes, 0.0) | self.sums(part, *by, beside=whole), wholes)

    def quantile(self, quantile: float, what: Of, bounds: Sequence[str], *by: str) -> Answer:
        """How long the quantile's slowest took, as well as counting by bounds can tell."""
        durations: dict[Key, list[float]] = defaultdict(list)
        for fact in self.of(what):
            durations[_key(fact.labels, by)].append(fact.amount)
        limits = [float(bound) for bound in bounds]
        return {key: _quantile(quantile, each, limits) for key, each in durations.items()}

    def within(self, what: Of, bounds: Sequence[str]) -> Answer:
        """How many took at most as long as each bound, and all of them."""
        seconds = [fact.amount for fact in self.of(what)]
        counts = {bound: sum(each <= float(bound) for each in seconds) for bound in bounds}
        counted = {**counts, "+Inf": len(seconds)}
        return {(("le", bound),): count for bound, count in counted.items() if seconds}

    @property
    def ever(self) -> Truth:
        """With the events of the range before."""
        return replace(self, happenings=[*self.happenings_before, *self.happenings])

    def happened(self, *names: str, **where: str) -> Iterator[Happening]:
        """Events of these names, or all, whose attributes match regular expressions."""
        filters = set(FILTERS) - ({"model"} if not names or set(names) - OF_A_MODEL else set())
        chosen = {label: self._chosen(label) for label in filters} | where
        for each in self.happenings:
            if not names or each.name in names:
                values = ((each.attributes.get(name, ""), want) for name, want in chosen.items())
                if all(_fits(value, want) for value, want in values):
                    yield each

    def text(self, name: str) -> str:
        """What a person has typed into a field of the board."""
        return self._chosen(name)

    def of(self, what: Of, beside: Of | None = None, *, before: bool = False) -> list[Fact]:
        """Facts of a measure that the variables let through, those that also narrow the other."""
        facts = self.facts_before if before else self.facts
        narrowing = {*FILTERS, "session"}
        shared = narrowing & self._labels(what) & self._labels(beside or what)
        chosen = {label: self._chosen(label) for label in shared}
        return [
            fact
            for fact in facts
            if fact.measure == what.measure
            and all(_fits(fact.labels[name], want) for name, want in chosen.items())
            and all(_is(fact.labels[name], want) for name, want in what.where.items())
        ]

    def _labels(self, what: Of) -> set[str]:
        return set(next(fact for fact in self.facts if fact.measure == what.measure).labels)

    def _chosen(self, name: str) -> str:
        return "|".join(map(re.escape, self.chosen[name])) if name in self.chosen else ".*"


Expected = Callable[[Truth], Answer | list[str]]
"""What a query must give: numbers by labels, or the lines of events."""

Panels = Mapping[str, Mapping[str, Expected]]
"""By the panel's title, and by what names the query in it: a column, a legend, or nothing."""


def ratio(above: Answer, below: Answer) -> Answer:
    """A quotient where both sides are, and the lower one is more than nothing."""
    return {key: above[key] / below[key] for key in below if key in above and below[key] > 0}


def or_zero(answer: Answer, witness: Answer) -> Answer:
    """Zero instead of nothing, if a witness has seen that there was something to be counted."""
    return answer or dict.fromkeys(witness, 0.0)


def times(answer: Answer, factor: float) -> Answer:
    """Every number, multiplied."""
    return {key: value * factor for key, value in answer.items()}


def largest(count: int, answer: Answer) -> Answer:
    """The largest numbers."""
    return dict(sorted(answer.items(), key=lambda pair: -pair[1])[:count])


def counted(happenings: Iterable[Happening], *by: str) -> Answer:
    """How many events there are for each value of the attributes."""
    found: dict[Key, float] = defaultdict(float)
    for each in happenings:
        found[_key(each.attributes, by)] += 1
    return dict(found)


def added(happenings: Iterable[Happening], attribute: str, *by: str) -> Answer:
    """The sum of an attribute where it is a number, by others."""
    found: dict[Key, float] = defaultdict(float)
    for each in happenings:
        if is_number(text := each.attributes[attribute]):
            found[_key(each.attributes, by)] += float(text)
    return dict(found)


def highest(values: Iterable[tuple[Labels, float]], *by: str) -> Answer:
    """The largest value for each value of the labels."""
    found: Answer = {}
    for labels, value in values:
        key = _key(labels, by)
        found[key] = max(value, found.get(key, value))
    return found


def key_of(labels: Labels) -> Key:
    """Labels in the form in which numbers are compared by them."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def _key(labels: Labels, by: Iterable[str]) -> Key:
    return key_of({name: labels.get(name, "") for name in by})


@cache
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def _fits(value: str, regex: str) -> bool:
    return _pattern(regex).fullmatch(value) is not None


def _is(value: str, wanted: str | tuple[str, ...]) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted


def _quantile(quantile: float, values: Sequence[float], bounds: Sequence[float]) -> float:
    """Between two bounds, as if the values there lay evenly; beyond the last bound, that one."""
    rank = quantile * len(values)
    lower, below = 0.0, 0
    for bound in bounds:
        within = sum(value <= bound for value in values)
        if within >= rank:
            return lower + (bound - lower) * (rank - below) / (within - below)
        lower, below = bound, within
    return lower
