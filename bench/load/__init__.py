"""What do many clients tell at once, and what of it was acknowledged?

Clients here speak OTLP as Claude Code does. Each batch is offered once, whatever comes of it:
so all that is found of it more than once was repeated by the stack itself.
"""

from __future__ import annotations

from bench.load.model import Load, Offered, Signal
from bench.load.offer import Offering, offering
from bench.load.work import (
    CALLS,
    EVENTS,
    LINES,
    REQUESTS,
    SECONDS,
    cost_of_batch,
    request_ids,
    times_counted,
)

__all__ = [
    "CALLS",
    "EVENTS",
    "LINES",
    "REQUESTS",
    "SECONDS",
    "Load",
    "Offered",
    "Offering",
    "Signal",
    "cost_of_batch",
    "offering",
    "request_ids",
    "times_counted",
]
