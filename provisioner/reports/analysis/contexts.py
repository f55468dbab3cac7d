"""What became of the context that the request before had in the cache?

Told from counts alone: the client sends a conversation again with every request, so what was in the
cache is read from there, or it is written or sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from operator import mul
from typing import Literal, NamedTuple

from provisioner.prices import Prices
from provisioner.prices.tariff import Rate
from provisioner.reports.amounts import Amounts, of_response
from provisioner.transcripts.model import Response

MINUTE_MS = 60 * 1000
FIVE_MINUTES_MS = 5 * MINUTE_MS
HOUR_MS = 60 * MINUTE_MS

LEAST_CACHED = 1024
"""Shorter beginnings of a prompt are not cached at all by most models."""

Cause = Literal["expired", "other model", "changed"]
"""Why context is paid for again: the cache had lived its time; another model answers, whose cache
is its own; or neither, so that the beginning of the context changed, or the cache was lost."""


class Step(NamedTuple):
    """A response, its amounts and its rate, and the one before it in the same conversation.

    A named tuple, as a response is one: an analysis takes ten thousands of these.
    """

    response: Response
    before: Response | None
    rate: Rate | None
    amounts: Amounts


def steps(responses: Iterable[Response], prices: Prices) -> Iterator[Step]:
    """Each response in its conversation; ordered by time, as given.

    A session is a conversation, each of its subagents has one of its own; calls of an advisor have
    none.
    """
    last: dict[tuple[str, str, str], Response] = {}
    for each in responses:
        conversation = (each.session, each.source, each.agent_id)
        yield Step(each, last.get(conversation), _rate(each, prices), of_response(each))
        if each.source != "advisor":
            last[conversation] = each


def _rate(response: Response, prices: Prices) -> Rate | None:
    """The rate at which its tokens make its cost.

    Its model's name no longer says by which way it was asked; a way that is dearer (a region of
    Bedrock's) shows in its cost.
    """
    rate = prices.rate(response.model, response.at_ms, prompt_tokens(response))
    if rate is None or not response.cost:
        return None
    plain = round(sum(map(mul, counts(response), rate.amounts)))
    if not plain or plain == response.cost:
        return rate
    return rate.times(Fraction(response.cost, plain))


def counts(response: Response) -> tuple[int, int, int, int, int]:
    """Its tokens by kind, in the order of a rate's amounts."""
    return (
        response.input_tokens,
        response.output_tokens,
        response.cache_read_tokens,
        response.cache_write_5m_tokens,
        response.cache_write_1h_tokens,
    )


def prompt_tokens(response: Response) -> int:
    """All that was sent."""
    return response.input_tokens + cached_tokens(response)


def cached_tokens(response: Response) -> int:
    """What is in the cache once the request is through."""
    written = response.cache_write_5m_tokens + response.cache_write_1h_tokens
    return response.cache_read_tokens + written


def has_fallen(before: Response, after: Response) -> bool:
    """Whether less than half of the context is left: it was compacted, or cut back by the person.

    Transcripts mark compactions, but responses do not; this also finds what was not marked.
    """
    return prompt_tokens(after) * 2 < prompt_tokens(before)


def paid_again(before: Response | None, after: Response) -> int:
    """The tokens that were in the cache before, and were not read from it."""
    if before is None or has_fallen(before, after):
        return 0
    missed = min(cached_tokens(before), prompt_tokens(after)) - after.cache_read_tokens
    return missed if missed >= LEAST_CACHED else 0


def cause(before: Response, after: Response) -> Cause:
    """Why cached context was paid for again."""
    if after.model != before.model:
        return "other model"
    return "expired" if after.at_ms - before.at_ms > lifetime_ms(before) else "changed"


def lifetime_ms(response: Response) -> int:
    """How long the cache lives that a response wrote."""
    return HOUR_MS if response.cache_write_1h_tokens else FIVE_MINUTES_MS
