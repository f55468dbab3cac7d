"""The cases of cost that tell price tables apart, and the client's own figure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import pytest

from provisioner.prices import Prices, open_prices
from provisioner.prices.tariff import Rate, Tariff
from provisioner.transcripts.model import PICODOLLARS

M = 1_000_000


def _ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


AUGUST = _ms("2026-08-15")
NOVEMBER = _ms("2026-11-15")


@pytest.fixture(scope="module")
def prices() -> Prices:
    return open_prices(None)


def _dollars(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount) / PICODOLLARS


def test_a_response_costs_what_the_client_says_it_costs(prices: Prices) -> None:
    cost = prices.cost("claude-opus-5-5", NOVEMBER, 101, 51, 5000, 1500, 500)
    assert _dollars(cost) == Decimal("0.013924")


@pytest.mark.parametrize(
    ("written_5m", "written_1h", "dollars"),
    [
        pytest.param(M, 0, "6.25", id="five minutes, or no split"),
        pytest.param(0, M, "10", id="one hour"),
        pytest.param(700_000, 300_000, "7.375", id="a split that says less than the sum"),
    ],
)
def test_cache_writes_cost_by_how_long_they_last(
    prices: Prices, written_5m: int, written_1h: int, dollars: str
) -> None:
    cost = prices.cost("claude-opus-4-7", AUGUST, 0, 0, 0, written_5m, written_1h)
    assert _dollars(cost) == Decimal(dollars)


@pytest.mark.parametrize(
    ("model", "at_ms", "fresh", "cached", "dollars"),
    [
        pytest.param("claude-opus-4-7", AUGUST, 0, 600_000, "0.3", id="no premium from 4.6 on"),
        pytest.param("claude-opus-4-6", _ms("2026-03-12"), 0, 600_000, "0.6", id="4.6 in its beta"),
        pytest.param("claude-opus-4-6", _ms("2026-03-13"), 0, 600_000, "0.3", id="4.6 after it"),
        pytest.param("claude-sonnet-4-5", AUGUST, 200_000, 0, "0.6", id="just below the premium"),
        pytest.param("claude-sonnet-4-5", AUGUST, 200_001, 0, "1.200006", id="just above it"),
        pytest.param("claude-sonnet-4-5", AUGUST, 150_000, 150_000, "0.99", id="all kinds add up"),
        pytest.param("claude-haiku-5-5", NOVEMBER, 100_001, 0, "0.0500005", id="Haiku's own"),
    ],
)
def test_a_long_prompt_makes_the_whole_request_dearer(  # noqa: PLR0913, PLR0917 - a case
    prices: Prices, model: str, at_ms: int, fresh: int, cached: int, dollars: str
) -> None:
    assert _dollars(prices.cost(model, at_ms, fresh, 0, cached, 0, 0)) == Decimal(dollars)


def test_output_is_dearer_after_a_long_prompt_but_does_not_make_one(prices: Prices) -> None:
    long = prices.cost("claude-sonnet-4-5", AUGUST, 200_001, M, 0, 0, 0)
    short = prices.cost("claude-sonnet-4-5", AUGUST, 1, M, 0, 0, 0)
    assert (_dollars(long), _dollars(short)) == (Decimal("23.700006"), Decimal("15.000003"))


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        pytest.param("claude-opus-4-8", "60", id="twice"),
        pytest.param("claude-opus-5", "60", id="twice again"),
        pytest.param("claude-opus-5-5", "48", id="twice a lower price"),
        pytest.param("claude-opus-4-6", "30", id="billed as standard"),
        pytest.param("claude-opus-4-7", "30", id="not offered"),
    ],
)
def test_fast_mode_is_billed_by_model(prices: Prices, model: str, dollars: str) -> None:
    billed = prices.billed(model, AUGUST, M, M, 0, 0, 0, speed="fast")
    assert _dollars(billed) == Decimal(dollars)


def test_fast_mode_also_multiplies_what_the_cache_costs(prices: Prices) -> None:
    billed = prices.billed("claude-opus-4-8", AUGUST, 0, 0, M, M, M, speed="fast")
    assert _dollars(billed) == Decimal(1) + Decimal("12.5") + Decimal(20)


def test_fast_mode_changes_no_list_price(prices: Prices) -> None:
    row = ("claude-opus-4-8", AUGUST, M, M, 0, 0, 0)
    assert _dollars(prices.cost(*row)) == Decimal(30)


@pytest.mark.parametrize(
    ("model", "geo", "speed", "dollars"),
    [
        pytest.param("claude-opus-4-7", "us", "standard", "5.5", id="in the US alone"),
        pytest.param("claude-opus-4-8", "us", "fast", "11", id="fast, too"),
        pytest.param("claude-opus-4-5", "us", "standard", "5", id="older models cost the same"),
        pytest.param("claude-opus-4-7", "global", "standard", "5", id="anywhere"),
        pytest.param("claude-opus-4-7", "", "standard", "5", id="not said"),
        pytest.param(
            "us.anthropic.claude-opus-4-7-v1:0", "us", "standard", "5.5", id="only one premium"
        ),
    ],
)
def test_inference_in_the_us_alone_has_its_premium(
    prices: Prices, model: str, geo: str, speed: str, dollars: str
) -> None:
    billed = prices.billed(model, AUGUST, M, 0, 0, 0, 0, speed=speed, inference_geo=geo)
    assert _dollars(billed) == Decimal(dollars)


def test_web_searches_are_billed_one_by_one(prices: Prices) -> None:
    none = prices.billed("claude-opus-4-7", AUGUST, 100, 0, 0, 0, 0)
    ten = prices.billed("claude-opus-4-7", AUGUST, 100, 0, 0, 0, 0, web_searches=10)
    assert none is not None
    assert ten == none + PICODOLLARS // 10


@pytest.mark.parametrize("at_ms", [AUGUST, NOVEMBER])
def test_a_batch_is_billed_at_half_but_not_its_searches(prices: Prices, at_ms: int) -> None:
    billed = prices.billed(
        "claude-opus-4-7", at_ms, M, M, 0, 0, 0, service_tier="batch", web_searches=10
    )
    assert _dollars(billed) == Decimal(15) + Decimal("0.1")


@pytest.mark.parametrize("model", ["claude-haiku-5", "my-model", "opus", "", "<synthetic>"])
def test_a_model_without_a_price_has_no_cost_rather_than_none_at_all(
    prices: Prices, model: str
) -> None:
    assert prices.cost(model, AUGUST, M, 0, 0, 0, 0) is None
    assert prices.billed(model, AUGUST, M, 0, 0, 0, 0, web_searches=1) is None


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("claude-opus-4-8", "5"),
        ("claude-opus-4-8[1m]", "5"),
        ("claude-opus-4.8", "5"),
        ("anthropic/claude-opus-4-8", "5"),
        ("anthropic/claude-opus-4.8", "5"),
        ("openrouter/anthropic/claude-opus-4.8", "5"),
        ("claude-opus-4-8@20260501", "5"),
        ("claude-opus-4-8@default", "5"),
        ("claude-opus-4-8-20260501", "5"),
        ("us.anthropic.claude-opus-4-8-v1:0", "5.5"),
        ("anthropic.claude-opus-4-8-v1:0", "5.5"),
        ("global.anthropic.claude-opus-4-8-v1:0", "5"),
        ("us.anthropic.claude-opus-5-5-20260921-v1:0", "4.4"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-8-v1:0", "5.5"),
    ],
)
def test_a_name_has_the_price_of_the_way_it_names(prices: Prices, model: str, dollars: str) -> None:
    assert _dollars(prices.cost(model, NOVEMBER, M, 0, 0, 0, 0)) == Decimal(dollars)


def test_what_is_no_whole_picodollar_is_rounded_once_half_to_even() -> None:
    third, half = Fraction(1, 3), Fraction(1, 2)
    rate = Rate(0, "standard", 0, third, half, third, 0, 0)
    prices = Prices(None, {"fine": Tariff(us_premium=False, web_search=0, rates=(rate,))})
    assert prices.cost("fine", AUGUST, 1, 0, 2, 0, 0) == 1
    assert prices.cost("fine", AUGUST, 0, 1, 0, 0, 0) == 0
    assert prices.cost("fine", AUGUST, 0, 3, 0, 0, 0) == 2


def test_prices_are_kept_and_not_looked_up_again(tmp_path: Path) -> None:
    open_prices(tmp_path).cost("claude-opus-5", AUGUST, 1, 0, 0, 0, 0)
    open_prices(tmp_path).cost("my-model", AUGUST, 1, 0, 0, 0, 0)
    stored = (tmp_path / "prices.json").read_text()
    again = open_prices(tmp_path)
    (tmp_path / "prices.json").unlink()
    assert "claude-opus-5" in stored
    assert again.cost("claude-opus-5", AUGUST, 1, 0, 0, 0, 0) == 5_000_000
    assert again.cost("my-model", AUGUST, 1, 0, 0, 0, 0) is None
    assert not (tmp_path / "prices.json").exists()


def test_two_processes_that_learn_lose_nothing(tmp_path: Path) -> None:
    one, other = open_prices(tmp_path), open_prices(tmp_path)
    one.cost("claude-opus-5", AUGUST, 1, 0, 0, 0, 0)
    other.cost("claude-opus-4-8", AUGUST, 1, 0, 0, 0, 0)
    stored = (tmp_path / "prices.json").read_text()
    assert "claude-opus-5" in stored
    assert "claude-opus-4-8" in stored


def test_fifty_thousand_responses_are_priced_in_no_time(prices: Prices) -> None:
    prices.cost("claude-sonnet-4-5", AUGUST, 1, 0, 0, 0, 0)
    begin = perf_counter()
    for number in range(50_000):
        prices.cost("claude-sonnet-4-5", AUGUST + number * 60_000, 101, 51, 5000, 1500, 500)
    # Measured at 0.08 s; what it must not become is one look-up a response.
    assert perf_counter() - begin < 1.0
