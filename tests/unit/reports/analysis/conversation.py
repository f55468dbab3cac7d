"""What a conversation is made of: responses of one session, minutes apart, with their true costs.

Opus 4.7 in November 2026, for a million tokens: 5 dollars of input, 25 of output, 0.50 read from
the cache, 6.25 and 10 written to it.
"""

from __future__ import annotations

from typing import Any

from provisioner.prices import Prices, open_prices
from provisioner.transcripts.model import Response
from tests.unit.reports.answers import PLAIN

PRICES: Prices = open_prices(None)

OTHER_MODEL = "claude-haiku-4-5"


def said(  # noqa: PLR0913 - the counts there are
    minutes: float = 0,
    *,
    fresh: int = 0,
    output: int = 0,
    read: int = 0,
    write: int = 0,
    write_1h: int = 0,
    **about: Any,  # noqa: ANN401 - any field of a response
) -> Response:
    """A response so many minutes after the first."""
    plain = PLAIN._replace(
        at_ms=PLAIN.at_ms + round(minutes * 60_000),
        input_tokens=fresh,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_5m_tokens=write,
        cache_write_1h_tokens=write_1h,
        **about,
    )
    row = (plain.model, plain.at_ms, fresh, output, read, write, write_1h)
    extras = (plain.speed, plain.inference_geo, plain.service_tier, plain.web_searches)
    return plain._replace(cost=PRICES.cost(*row), billed=PRICES.billed(*row, *extras))
