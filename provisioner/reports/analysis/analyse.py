"""Where did the money go, and what would have been cheaper? Facts only, each with its dollars.

At list prices: what a bill adds stands apart. What leaves no transcript is in none of it, such as
the request for a compaction's summary (seen with client 2.1.330).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisioner.prices import Prices
from provisioner.reports.amounts import Amounts, total
from provisioner.reports.analysis.cache import (
    Compactions,
    Falls,
    Lifetimes,
    Misses,
    OtherLifetimes,
    PaidAgain,
)
from provisioner.reports.analysis.contexts import steps
from provisioner.reports.analysis.spending import (
    Background,
    BillExtras,
    Extras,
    Kind,
    Kinds,
    ModelMix,
    ModelUse,
    Spender,
    Spenders,
    Work,
)
from provisioner.transcripts.model import Response

MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything found; lists begin with what cost most. Costs are picodollars."""

    total: Amounts
    kinds: tuple[Kind, ...]
    extras: Extras
    paid_again: tuple[PaidAgain, ...]
    compactions: Compactions
    lifetimes: Lifetimes
    models: tuple[ModelUse, ...]
    sessions: tuple[Spender, ...]
    prompts: tuple[Spender, ...]
    work: tuple[Work, ...]


def analyse(responses: Iterable[Response], prices: Prices, *, most: int = MOST) -> Analysis:
    """Read responses once, in order of their time; of models, sessions and prompts the dearest."""
    misses, falls, lifetimes = Misses(), Falls(), OtherLifetimes()
    kinds, extras, models = Kinds(), BillExtras(), ModelMix(prices)
    spenders, background = Spenders(), Background()
    finders = (misses, falls, lifetimes, kinds, extras, models, spenders, background)
    for step in steps(responses, prices):
        for finder in finders:
            finder.add(step)
    work = background.found()
    return Analysis(
        total=total(each.amounts for each in work),
        kinds=kinds.found(),
        extras=extras.found(),
        paid_again=misses.found(),
        compactions=falls.found(),
        lifetimes=lifetimes.found(),
        models=models.found(most),
        sessions=spenders.sessions(most),
        prompts=spenders.prompts(most),
        work=work,
    )
