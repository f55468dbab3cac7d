"""What is known of a model's price: rates by day, by terms, and by the length of the prompt.

Amounts are picodollars (for one token, one web search): whole numbers wherever the price list
allows, exact fractions where not.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

Amount = int | Fraction

Terms = Literal["standard", "fast", "batch"]
"""How a model was asked: each has rates of its own."""


class Rate(NamedTuple):
    """What one token costs from a day on, in a request whose prompt has more than `above` tokens.

    Days count from 1970 in UTC. The whole request has this rate, not only what lies above.
    """

    day: int
    terms: Terms
    above: int
    input: Amount
    output: Amount
    cache_read: Amount
    write_5m: Amount
    write_1h: Amount

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """What differs between tokens."""
        return self[3:]

    def times(self, factor: Fraction) -> Rate:
        """The same at a discount or a premium."""
        return Rate(*self[:3], *(simplest(factor * each) for each in self.amounts))


class Tariff(NamedTuple):
    """All that is known of a model's price; rates ascend by day, then by length of the prompt.

    `us_premium` says whether inference in the US alone costs more.
    """

    us_premium: bool
    web_search: Amount
    rates: tuple[Rate, ...]

    def on(self, day: int, terms: Terms) -> tuple[Rate, ...]:
        """The rates of a day by length of the prompt; before the first day, those of the first."""
        rates = [rate for rate in self.rates if rate.terms == terms]
        begun = max((rate.day for rate in rates if rate.day <= day), default=rates[0].day)
        return tuple(rate for rate in rates if rate.day == begun)


def simplest(amount: Fraction) -> Amount:
    """A whole number as such: as exact, and much faster."""
    return amount.numerator if amount.denominator == 1 else amount


def parse_tariff(stored: Iterable[object]) -> Tariff:
    """A tariff from the lists that JSON makes of one; ValueError or TypeError if it is none."""
    us_premium, web_search, rates = stored
    if not isinstance(us_premium, bool) or not isinstance(rates, list) or not rates:
        raise TypeError("not a tariff")
    return Tariff(us_premium, _amount(web_search), tuple(map(_rate, rates)))


def _rate(stored: list[object]) -> Rate:
    day, terms, above, *amounts = stored
    if not isinstance(day, int) or not isinstance(above, int):
        raise TypeError("not a rate")
    return Rate(day, _terms(terms), above, *map(_amount, amounts))


def _terms(stored: object) -> Terms:
    match stored:
        case "standard" | "fast" | "batch":
            return stored
    raise ValueError("no such terms")


def _amount(stored: object) -> Amount:
    match stored:
        case int():
            return stored
        case str():
            return Fraction(stored)
    raise TypeError("not an amount")
