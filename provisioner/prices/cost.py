"""What does a response cost?

Takes plain values, so that rows of a database can be priced as they are. Costs are whole
picodollars: what finer prices leave over is rounded once a response, half to even.
"""

from __future__ import annotations

from pathlib import Path

from provisioner.prices.billing import US_PREMIUM
from provisioner.prices.book import Book, read_book, version, write_book
from provisioner.prices.tariff import Amount, Rate, Tariff, Terms

DAY_MS = 24 * 60 * 60 * 1000


def open_prices(directory: Path | None) -> Prices:
    """Prices, beginning with those kept in a directory; None: none are kept."""
    return Prices(directory, {} if directory is None else read_book(directory))


class Prices:
    """Prices by model and day; a model that was never seen before is looked up, and kept.

    Models are named as the client wrote them: a cleaned name no longer tells Bedrock's regions.
    """

    def __init__(self, directory: Path | None, book: Book) -> None:
        self.version = version()
        self._directory = directory
        self._book = dict(book)
        self._found: dict[tuple[str, int, Terms, bool], tuple[Rate, ...] | None] = {}

    def cost(  # noqa: PLR0913, PLR0917 - the columns of a row
        self,
        model: str,
        at_ms: int,
        input_tokens: int,
        output_tokens: int,
        cache_read_tokens: int,
        cache_write_5m_tokens: int,
        cache_write_1h_tokens: int,
    ) -> int | None:
        """Tokens times the list price of their day; None where the model has no price."""
        rates = self._rates(model, at_ms // DAY_MS, "standard", in_us=False)
        if rates is None:
            return None
        cached = (cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens)
        return round(_price(rates, (input_tokens, output_tokens, *cached)))

    def billed(  # noqa: PLR0913, PLR0917 - the columns of a row
        self,
        model: str,
        at_ms: int,
        input_tokens: int,
        output_tokens: int,
        cache_read_tokens: int,
        cache_write_5m_tokens: int,
        cache_write_1h_tokens: int,
        speed: str = "",
        inference_geo: str = "",
        service_tier: str = "",
        web_searches: int = 0,
    ) -> int | None:
        """The same with fast mode, batches, inference in the US alone, and web searches."""
        terms: Terms = "standard"
        if service_tier == "batch":
            terms = "batch"
        elif speed == "fast":
            terms = "fast"
        rates = self._rates(model, at_ms // DAY_MS, terms, in_us=inference_geo == "us")
        if rates is None:
            return None
        cached = (cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens)
        price = _price(rates, (input_tokens, output_tokens, *cached))
        return round(price + self._searches(model, web_searches) if web_searches else price)

    def rate(self, model: str, at_ms: int, prompt_tokens: int) -> Rate | None:
        """The list price of each kind of token, in a request with that long a prompt."""
        rates = self._rates(model, at_ms // DAY_MS, "standard", in_us=False)
        return None if rates is None else _for_length(rates, prompt_tokens)

    def _searches(self, model: str, count: int) -> Amount:
        tariff = self._tariff(model)
        return 0 if tariff is None else count * tariff.web_search

    def _rates(self, model: str, day: int, terms: Terms, *, in_us: bool) -> tuple[Rate, ...] | None:
        key = (model, day, terms, in_us)
        try:
            return self._found[key]
        except KeyError:
            self._found[key] = rates = self._look_up(model, day, terms, in_us=in_us)
            return rates

    def _look_up(
        self, model: str, day: int, terms: Terms, *, in_us: bool
    ) -> tuple[Rate, ...] | None:
        tariff = self._tariff(model)
        if tariff is None:
            return None
        rates = tariff.on(day, terms)
        if in_us and tariff.us_premium:
            return tuple(rate.times(US_PREMIUM) for rate in rates)
        return rates

    def _tariff(self, model: str) -> Tariff | None:
        if model not in self._book:
            self._learn(model)
        return self._book[model]

    def _learn(self, model: str) -> None:
        # Imported late: it takes longer than all else that a quick command does.
        from provisioner.prices.derive import derive  # noqa: PLC0415

        self._book[model] = derive(model)
        if self._directory is not None:
            # Another process may have learned other models meanwhile.
            self._book = {**read_book(self._directory), **self._book}
            write_book(self._directory, self._book)


def _price(rates: tuple[Rate, ...], tokens: tuple[int, int, int, int, int]) -> Amount:
    fresh, output, read, write_5m, write_1h = tokens
    # Most models have one price only, whatever the length: looking no further saves a third.
    rate = rates[0]
    if len(rates) > 1:
        rate = _for_length(rates, fresh + read + write_5m + write_1h)
    return (
        fresh * rate.input
        + output * rate.output
        + read * rate.cache_read
        + write_5m * rate.write_5m
        + write_1h * rate.write_1h
    )


def _for_length(rates: tuple[Rate, ...], prompt_tokens: int) -> Rate:
    return next((rate for rate in reversed(rates) if prompt_tokens > rate.above), rates[0])
