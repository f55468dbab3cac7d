"""What did it cost that the cache was missed, and what would another lifetime have cost?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from provisioner.prices.tariff import Amount, Rate
from provisioner.reports.analysis.contexts import (
    FIVE_MINUTES_MS,
    HOUR_MS,
    Cause,
    Step,
    cached_tokens,
    cause,
    has_fallen,
    lifetime_ms,
    paid_again,
    prompt_tokens,
)
from provisioner.transcripts.model import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidAgain:
    """Context that was in the cache and was paid for again, instead of read from there."""

    cause: Cause
    times: int
    tokens: int
    cost: int
    as_read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compactions:
    """Contexts that fell to less than half; `cost` is that of writing what followed."""

    times: int
    tokens_before: int
    tokens_after: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """What conversations cost, and would have cost had the cache always lived that long."""

    cost: int
    five_minutes: int
    one_hour: int


class Misses:
    """Adds up what was paid again, by its cause."""

    def __init__(self) -> None:
        self._sums: dict[Cause, list[Amount]] = {}

    def add(self, step: Step) -> None:
        response, before, rate, _ = step
        tokens = paid_again(before, response)
        if not tokens or before is None or rate is None:
            return
        sums = self._sums.setdefault(cause(before, response), [0, 0, 0, 0])
        cost = _cost_of_first(tokens, response, rate)
        for place, amount in enumerate((1, tokens, cost, tokens * rate.cache_read)):
            sums[place] += amount

    def found(self) -> tuple[PaidAgain, ...]:
        return tuple(
            PaidAgain(cause=each, times=times, tokens=tokens, cost=cost, as_read=as_read)
            for each in get_args(Cause)
            if each in self._sums
            for times, tokens, cost, as_read in [map(round, self._sums[each])]
        )


class Falls:
    """Adds up what became of contexts that fell."""

    def __init__(self) -> None:
        self._times = self._before = self._after = 0
        self._cost: Amount = 0

    def add(self, step: Step) -> None:
        response, before, rate, _ = step
        if before is None or not has_fallen(before, response):
            return
        self._times += 1
        self._before += prompt_tokens(before)
        self._after += prompt_tokens(response)
        if rate is not None:
            self._cost += _written(response, rate)

    def found(self) -> Compactions:
        return Compactions(
            times=self._times,
            tokens_before=self._before,
            tokens_after=self._after,
            cost=round(self._cost),
        )


class OtherLifetimes:
    """Prices every conversation once more, as if the cache had always lived equally long."""

    def __init__(self) -> None:
        self._cost: Amount = 0
        self._five_minutes: Amount = 0
        self._one_hour: Amount = 0

    def add(self, step: Step) -> None:
        response, before, rate, _ = step
        if rate is None or response.source == "advisor":
            return
        rest = response.input_tokens * rate.input + response.output_tokens * rate.output
        read, written = response.cache_read_tokens, cached_tokens(response)
        written -= read
        self._cost += rest + read * rate.cache_read + _written(response, rate)
        saved, lost = _between(before, response)
        self._five_minutes += rest + _cached(read - lost, written + lost, rate.write_5m, rate)
        self._one_hour += rest + _cached(read + saved, written - saved, rate.write_1h, rate)

    def found(self) -> Lifetimes:
        return Lifetimes(
            cost=round(self._cost),
            five_minutes=round(self._five_minutes),
            one_hour=round(self._one_hour),
        )


def _between(before: Response | None, after: Response) -> tuple[int, int]:
    """What an hour's cache would have saved from being written, and five minutes' would have lost.

    Only in pauses longer than the one and no longer than the other do the two differ.
    """
    if before is None or before.model != after.model or has_fallen(before, after):
        return 0, 0
    if not FIVE_MINUTES_MS < after.at_ms - before.at_ms <= HOUR_MS:
        return 0, 0
    if lifetime_ms(before) == HOUR_MS:
        return 0, min(after.cache_read_tokens, cached_tokens(before))
    written = after.cache_write_5m_tokens + after.cache_write_1h_tokens
    return min(paid_again(before, after), written), 0


def _cached(read: int, written: int, per_written: Amount, rate: Rate) -> Amount:
    return read * rate.cache_read + written * per_written


def _written(response: Response, rate: Rate) -> Amount:
    five_minutes = response.cache_write_5m_tokens * rate.write_5m
    return five_minutes + response.cache_write_1h_tokens * rate.write_1h


def _cost_of_first(tokens: int, response: Response, rate: Rate) -> Amount:
    """What the first tokens cost that were not read: what lives longer comes first in a prompt."""
    hour = min(tokens, response.cache_write_1h_tokens)
    five_minutes = min(tokens - hour, response.cache_write_5m_tokens)
    fresh = tokens - hour - five_minutes
    return hour * rate.write_1h + five_minutes * rate.write_5m + fresh * rate.input
