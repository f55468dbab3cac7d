"""Who and what spent it: kinds of tokens, models, sessions, prompts, background work?"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
from operator import add
from typing import Literal, TypeVar

from provisioner.prices import Prices
from provisioner.prices.tariff import Amount
from provisioner.reports.amounts import NOTHING, Amounts
from provisioner.reports.analysis.contexts import Step, counts
from provisioner.transcripts.model import Source

KindName = Literal["input", "output", "cache read", "cache write 5m", "cache write 1h"]
KINDS: tuple[KindName, ...] = ("input", "output", "cache read", "cache write 5m", "cache write 1h")
"""In the order of a response's counts and of a rate's amounts."""

Key = TypeVar("Key", str, tuple[str, str], tuple[Source, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one kind of token cost."""

    name: KindName
    tokens: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What else a bill depends on: how many responses had it, and what it adds to list prices."""

    fast: int
    in_us: int
    web_searches: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What a model was used for, and what the tokens of all models would cost at its list price.

    That is arithmetic: another model would have written other numbers of tokens.
    """

    model: str
    amounts: Amounts
    everything_at_its_price: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """A session, or one prompt of it with all that followed; its text is not read."""

    session: str
    project: str
    prompt_id: str
    first_ms: int
    last_ms: int
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was done by the main conversations, or by one type of agent for them."""

    source: Source
    agent_type: str
    amounts: Amounts


class Kinds:
    """Adds up what each kind of token cost."""

    def __init__(self) -> None:
        self._tokens = [0] * len(KINDS)
        self._cost: list[Amount] = [0] * len(KINDS)

    def add(self, step: Step) -> None:
        if step.rate is None:
            return
        priced = zip(counts(step.response), step.rate.amounts, strict=True)
        for place, (tokens, price) in enumerate(priced):
            self._tokens[place] += tokens
            self._cost[place] += tokens * price

    def found(self) -> tuple[Kind, ...]:
        sums = zip(KINDS, self._tokens, self._cost, strict=True)
        return tuple(
            Kind(name=name, tokens=tokens, cost=round(cost)) for name, tokens, cost in sums
        )


class BillExtras:
    """Adds up what is billed beyond list prices."""

    def __init__(self) -> None:
        self._fast = self._in_us = self._searches = self._cost = 0

    def add(self, step: Step) -> None:
        response = step.response
        self._fast += response.speed == "fast"
        self._in_us += response.inference_geo == "us"
        self._searches += response.web_searches
        if response.cost is not None and response.billed is not None:
            self._cost += response.billed - response.cost

    def found(self) -> Extras:
        return Extras(
            fast=self._fast, in_us=self._in_us, web_searches=self._searches, cost=self._cost
        )


class ModelMix:
    """Adds up by model, and keeps the counts of every response to price them once more."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._sums: dict[str, Amounts] = {}
        # 48 bytes a response, where the response itself takes several hundred.
        self._rows = array("q")

    def add(self, step: Step) -> None:
        response = step.response
        _add(self._sums, response.model, step.amounts)
        if response.cost is not None:
            self._rows.extend((response.at_ms, *counts(response)))

    def found(self, most: int) -> tuple[ModelUse, ...]:
        return tuple(
            ModelUse(model=model, amounts=amounts, everything_at_its_price=self._all_at(model))
            for model, amounts in _dearest(self._sums, most)
        )

    def _all_at(self, model: str) -> int | None:
        costs = [self._prices.cost(model, *row) for row in _sixes(self._rows)]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) and known else None


class Spenders:
    """Adds up by session and by prompt; the agents that a prompt started belong to it."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Amounts] = {}
        self._about: dict[tuple[str, str], tuple[int, int, str]] = {}

    def add(self, step: Step) -> None:
        response = step.response
        for key in {(response.session, ""), (response.session, response.prompt_id)}:
            _add(self._sums, key, step.amounts)
            first, *_ = self._about.get(key, (response.at_ms,))
            self._about[key] = (first, response.at_ms, response.project)

    def sessions(self, most: int) -> tuple[Spender, ...]:
        return self._found({key: each for key, each in self._sums.items() if not key[1]}, most)

    def prompts(self, most: int) -> tuple[Spender, ...]:
        return self._found({key: each for key, each in self._sums.items() if key[1]}, most)

    def _found(self, sums: Mapping[tuple[str, str], Amounts], most: int) -> tuple[Spender, ...]:
        return tuple(
            Spender(
                session=session,
                project=project,
                prompt_id=prompt_id,
                first_ms=first_ms,
                last_ms=last_ms,
                amounts=amounts,
            )
            for (session, prompt_id), amounts in _dearest(sums, most)
            for first_ms, last_ms, project in [self._about[session, prompt_id]]
        )


class Background:
    """Adds up by who did the work."""

    def __init__(self) -> None:
        self._sums: dict[tuple[Source, str], Amounts] = {}

    def add(self, step: Step) -> None:
        response = step.response
        agent_type = "" if response.source == "main" else response.agent_type
        _add(self._sums, (response.source, agent_type), step.amounts)

    def found(self) -> tuple[Work, ...]:
        return tuple(
            Work(source=source, agent_type=agent_type, amounts=amounts)
            for (source, agent_type), amounts in _dearest(self._sums, len(self._sums))
        )


def _add(sums: dict[Key, Amounts], key: Key, more: Amounts) -> None:
    sums[key] = Amounts._make(map(add, sums.get(key, NOTHING), more))


def _dearest(sums: Mapping[Key, Amounts], most: int) -> list[tuple[Key, Amounts]]:
    """The largest costs first; of those without a price, the most tokens first."""
    return nlargest(most, sums.items(), lambda item: (item[1].cost, item[1].total_tokens, item[0]))


def _sixes(numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(numbers)] * 6, strict=True)
