"""What do slices add up to?

Sums have the fields of a slice that are numbers, in their order: a report adds ten thousands of
slices, so a column is summed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import add, sub
from typing import Literal, NamedTuple

from provisioner.transcripts.model import PICODOLLARS, Response, Slice

CostName = Literal["tokens", "billed"]
"""Tokens times list prices, or what is likely to be billed."""


class Amounts(NamedTuple):
    """Sums over responses; costs in picodollars, without those of `unpriced` responses."""

    requests: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_searches: int
    cost: int
    billed: int
    unpriced: int

    @property
    def cache_write_tokens(self) -> int:
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def total_tokens(self) -> int:
        written = self.cache_write_tokens
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + written

    @property
    def is_unknown(self) -> bool:
        """Whether none of it has a price."""
        return 0 < self.unpriced == self.requests

    def dollars(self, which: CostName) -> float | None:
        """The cost of all that has a price; None when nothing has one."""
        picodollars = self.cost if which == "tokens" else self.billed
        return None if self.is_unknown else picodollars / PICODOLLARS


_FIRST = Slice._fields.index(Amounts._fields[0])

NOTHING = Amounts(*[0] * len(Amounts._fields))


def plus(amounts: Amounts, each: Slice) -> Amounts:
    """The sum with one slice more."""
    return Amounts._make(map(add, amounts, each[_FIRST:]))


def add_up(slices: Sequence[Slice]) -> Amounts:
    """The sum of slices."""
    columns = islice(zip(*slices, strict=True), _FIRST, None)
    return Amounts._make(map(sum, columns)) if slices else NOTHING


def total(several: Iterable[Amounts]) -> Amounts:
    """The sum of sums."""
    return Amounts._make(map(sum, zip(NOTHING, *several, strict=True)))


def minus(amounts: Amounts, part: Amounts) -> Amounts:
    """What is left of a sum without a part of it."""
    return Amounts._make(map(sub, amounts, part))


def of_response(response: Response) -> Amounts:
    """The amounts of one response."""
    return Amounts(
        requests=1,
        input_tokens=response.input_tokens,
        output_tokens=response.output_tokens,
        cache_read_tokens=response.cache_read_tokens,
        cache_write_5m_tokens=response.cache_write_5m_tokens,
        cache_write_1h_tokens=response.cache_write_1h_tokens,
        web_searches=response.web_searches,
        cost=response.cost or 0,
        billed=response.billed or 0,
        unpriced=int(response.cost is None),
    )
