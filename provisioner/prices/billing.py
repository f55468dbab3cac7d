"""Which rules of billing change what tokens cost, beyond the price list?

Only what genai-prices does not say; where it says something, that counts. From Anthropic's pricing
page (platform.claude.com/docs/en/about-claude/pricing), as known in October 2026.
"""

from __future__ import annotations

import re
from fractions import Fraction

from provisioner.transcripts.model import PICODOLLARS

US_PREMIUM = Fraction(11, 10)
"""Inference in the US alone (`inference_geo: us`): all tokens, also those in fast mode."""

US_PREMIUM_SINCE = (4, 6)
"""Older models cost the same wherever they run."""

BATCH_DISCOUNT = Fraction(1, 2)
"""Batches, on all tokens; for the days and models that the list has no batch prices of."""

WEB_SEARCH = PICODOLLARS // 100
"""One search, for models of which the list does not say."""


def has_us_premium(model: str) -> bool:
    """Whether a model of Anthropic's, by its name, is new enough."""
    version = re.search(r"-(\d+)(?:-(\d+))?\b", model)
    if version is None:
        return False
    return tuple(int(part or 0) for part in version.groups()) >= US_PREMIUM_SINCE
