"""What does a model's token cost, by genai-prices?

Asked once for a model: importing that library takes longer than a quick command may. Where prices
change is read from its data, what they are from its own calculation on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from provisioner.prices.billing import BATCH_DISCOUNT, WEB_SEARCH, has_us_premium
from provisioner.prices.names import Entry, entries
from provisioner.prices.tariff import Rate, Tariff, Terms, simplest
from provisioner.transcripts.model import PICODOLLARS

EPOCH = date(1970, 1, 1)

CONTEXTS: dict[Terms, dict[str, str]] = {
    "standard": {},
    "fast": {"speed": "fast"},
    "batch": {"processing": "batch"},
}
"""How genai-prices is told about terms; a model without such prices has its standard ones."""


def derive(model: str) -> Tariff | None:
    """All that the price list says about a model; None if that is nothing."""
    found = next(filter(None, map(_find, entries(model))), None)
    if found is None or _depends_on_the_hour(found[1]):
        return None
    provider, info = found
    listed = _Listed(provider, info)
    return Tariff(
        provider.id == "anthropic" and has_us_premium(info.id),
        listed.price_of_a_search() or WEB_SEARCH,
        tuple(listed.rates()),
    )


def _find(entry: Entry) -> tuple[Provider, ModelInfo] | None:
    try:
        found = get_snapshot().find_provider_model(entry.name, None, entry.provider, None)
    except LookupError:
        return None
    return found if all(price.input_mtok is not None for price in _prices(found[1])) else None


def _depends_on_the_hour(info: ModelInfo) -> bool:
    return any(isinstance(each, TimeOfDateConstraint) for each in _constraints(info))


def _prices(info: ModelInfo) -> list[ModelPrice]:
    if isinstance(info.prices, ModelPrice):
        return [info.prices]
    return [each.prices for each in info.prices]


def _constraints(info: ModelInfo) -> Iterator[StartDateConstraint | TimeOfDateConstraint | None]:
    if not isinstance(info.prices, ModelPrice):
        yield from (each.constraint for each in info.prices)
    yield from (each.constraint for each in info.price_variants or ())


class _Listed:
    """A model in the price list: asked for one kind of token at a time."""

    def __init__(self, provider: Provider, info: ModelInfo) -> None:
        self.provider = provider
        self.info = info

    def rates(self) -> Iterator[Rate]:
        """Every day and length of prompt from which on the price is, or may be, another."""
        starts = {each.start_date for each in self._starting()}
        for day in [EPOCH, *sorted(starts)]:
            for above in [0, *sorted(self._thresholds())]:
                yield from self._rates_of(day, above)

    def price_of_a_search(self) -> int | Fraction:
        return simplest(self._price(EPOCH, "standard", web_searches=1))

    def _starting(self) -> Iterator[StartDateConstraint]:
        return (each for each in _constraints(self.info) if isinstance(each, StartDateConstraint))

    def _thresholds(self) -> set[int]:
        variants = (variant.prices for variant in self.info.price_variants or ())
        prices = (
            price for each in (*_prices(self.info), *variants) for price in vars(each).values()
        )
        return {
            tier.start for each in prices if isinstance(each, TieredPrices) for tier in each.tiers
        }

    def _rates_of(self, day: date, above: int) -> Iterator[Rate]:
        standard = self._rate(day, "standard", above)
        batch = self._rate(day, "batch", above)
        yield standard
        yield self._rate(day, "fast", above)
        is_listed = batch.amounts != standard.amounts
        yield batch if is_listed else standard.times(BATCH_DISCOUNT)._replace(terms="batch")

    def _rate(self, day: date, terms: Terms, above: int) -> Rate:
        count = above + 1

        def each(**usage: int) -> Fraction:
            """A token of a prompt just long enough."""
            return self._price(day, terms, input_tokens=count, **usage) / count

        amounts = (
            each(),
            each(output_tokens=count) - each(),
            each(cache_read_tokens=count),
            each(cache_write_tokens=count),
            each(cache_write_tokens=count, cache_write_1h_tokens=count),
        )
        return Rate((day - EPOCH).days, terms, above, *map(simplest, amounts))

    def _price(self, day: date, terms: Terms, **usage: int) -> Fraction:
        """What genai-prices says about some use on a day, in picodollars."""
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)
        found = self.info.calc_price(
            Usage(**usage),
            self.provider,
            genai_request_timestamp=at,
            price_context=CONTEXTS[terms],
        )
        return Fraction(found.total_price) * PICODOLLARS
