"""Derived prices are held against genai-prices' own calculation wherever they may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

from provisioner.prices import Prices
from provisioner.prices.cost import DAY_MS
from provisioner.prices.derive import CONTEXTS, EPOCH, derive
from provisioner.prices.tariff import Tariff, Terms
from provisioner.transcripts.model import PICODOLLARS

PROVIDERS = {provider.id: provider for provider in get_snapshot().providers}
CLAUDE = tuple(
    info.id for info in PROVIDERS["anthropic"].models if info.id not in {"claude-2", "claude-v1"}
)

LATE = 21_000
"""A day after the last that the list has something to say about."""


def _sides(tariff: Tariff) -> Iterator[tuple[int, int]]:
    """The day before and the first day of every border, with prompts up to and above every tier."""
    for day in {rate.day for rate in tariff.rates} | {LATE}:
        for above in {rate.above for rate in tariff.rates} | {5}:
            for prompt in (max(above, 4), above + 5):
                yield from ((max(day - 1, 0), prompt), (day, prompt))


def _row(prompt: int) -> tuple[int, int, int, int, int]:
    read, hour = prompt // 2, prompt // 4
    return (prompt - read - hour - 1, 77, read, 1, hour)


def _theirs(model: str, day: int, prompt: int, terms: Terms) -> Fraction:
    found = calc_price(
        Usage(
            input_tokens=prompt,
            cache_read_tokens=prompt // 2,
            cache_write_tokens=prompt // 4 + 1,
            cache_write_1h_tokens=prompt // 4,
            output_tokens=77,
        ),
        model,
        provider_id="anthropic",
        genai_request_timestamp=datetime.combine(EPOCH, datetime.min.time(), UTC)
        + timedelta(days=day),
        price_context=CONTEXTS[terms],
    )
    return Fraction(found.total_price) * PICODOLLARS


@pytest.mark.parametrize("model", CLAUDE)
def test_derived_prices_equal_their_source_on_both_sides_of_every_border(model: str) -> None:
    tariff = derive(model)
    assert tariff is not None
    prices = Prices(None, {model: tariff})
    for day, prompt in _sides(tariff):
        row, at_ms = _row(prompt), day * DAY_MS
        assert prices.cost(model, at_ms, *row) == _theirs(model, day, prompt, "standard")
        assert prices.billed(model, at_ms, *row, "fast") == _theirs(model, day, prompt, "fast")


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-haiku-5-5"])
def test_batches_have_their_listed_price_where_there_is_one(model: str) -> None:
    prices = Prices(None, {model: derive(model)})
    for prompt in (100_000, 100_001):
        billed = prices.billed(model, LATE * DAY_MS, *_row(prompt), service_tier="batch")
        assert billed == _theirs(model, LATE, prompt, "batch")


def test_all_prices_of_claude_are_whole_picodollars() -> None:
    tariffs = [tariff for tariff in map(derive, CLAUDE) if tariff]
    amounts = [amount for tariff in tariffs for rate in tariff.rates for amount in rate.amounts]
    assert all(isinstance(amount, int) for amount in amounts)


def test_a_price_that_begins_on_a_date_begins_there() -> None:
    tariff = derive("claude-opus-4-6")
    assert tariff is not None
    assert {rate.day for rate in tariff.rates} >= {0, (date(2026, 3, 13) - EPOCH).days}


def test_bedrock_has_the_price_of_its_region() -> None:
    regional, everywhere = (
        derive(f"{region}.anthropic.claude-opus-4-8-v1:0") for region in ("us", "global")
    )
    assert regional is not None
    assert everywhere is not None
    assert [rate.times(Fraction(11, 10)).amounts for rate in everywhere.rates] == [
        rate.amounts for rate in regional.rates
    ]


def test_a_model_whose_price_depends_on_the_hour_has_none() -> None:
    assert derive("deepseek-chat") is None


def test_other_makers_models_have_the_price_of_their_maker() -> None:
    tariff = derive("gpt-5")
    assert tariff is not None
    assert tariff.rates[0].input == 1_250_000
    assert not tariff.us_premium
