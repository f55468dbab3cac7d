"""What must the board Overview show?"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

from tests.stack.truth.arithmetic import Answer, Panels, Truth, largest, of, or_zero, times

_COST = of("cost")
_TOKENS = of("tokens")
_LINES = of("lines")
_ACTIVE = of("active seconds")
_ERRORS = of("requests", outcome="error")
_ANSWERED = of("requests", outcome="ok")
_IN_SESSION = of("session requests")


def cache_share(truth: Truth, *by: str) -> Answer:
    """Which part of what was sent to the model came from the cache."""
    sent = of("tokens", type=("input", "cacheRead", "cacheCreation"))
    return truth.share(of("tokens", type="cacheRead"), sent, *by)


def _cost_of_the_range(truth: Truth) -> Answer:
    # A calendar tile's own range is Grafana's to compute; here the test's range stands for it.
    return truth.sums(_COST)


def _projection(truth: Truth) -> Answer:
    now = datetime.fromtimestamp(truth.end, tz=UTC)
    _, days = calendar.monthrange(now.year, now.month)
    return times(truth.sums(_COST), days * 86_400 / truth.seconds)


OVERVIEW: Panels = {
    "Active Sessions": {
        "this range": lambda truth: truth.distinct(_IN_SESSION, "session"),
        "before": lambda truth: truth.distinct(_IN_SESSION, "session", before=True),
    },
    "Total Cost": {
        "this range": lambda truth: truth.sums(_COST),
        "before": lambda truth: truth.sums(_COST, before=True),
    },
    "Token Usage": {
        "this range": lambda truth: truth.sums(_TOKENS),
        "before": lambda truth: truth.sums(_TOKENS, before=True),
    },
    "Lines of Code": {
        "this range": lambda truth: or_zero(truth.sums(_LINES), truth.sums(_ACTIVE)),
        "before": lambda truth: truth.sums(_LINES, before=True),
    },
    "Cost Today": {"": _cost_of_the_range},
    "Cost This Week": {"": _cost_of_the_range},
    "Cost This Month": {"": _cost_of_the_range},
    "Month-end Projection": {"": _projection},
    "Burn Rate per Hour": {"": lambda truth: times(truth.sums(_COST), 3600 / truth.seconds)},
    "Cache Hit Share": {"": cache_share},
    "API Errors": {"": lambda truth: or_zero(truth.sums(_ERRORS), truth.sums(_ANSWERED))},
    "Plan Limits": {"": lambda truth: truth.sums(of("plan limit"), "window", "user")},
    # Not a fact of anybody's use: the test looks at a stack whose parts all run.
    "Stack Health": {"": lambda _: {(): 0}},
    "Cost by Model": {"": lambda truth: truth.sums(_COST, "model")},
    "Total Cost by Model": {"": lambda truth: truth.sums(_COST, "model")},
    "Token Usage by Type": {"": lambda truth: truth.sums(_TOKENS, "type")},
    "Total Tokens by Type": {"": lambda truth: truth.sums(_TOKENS, "type")},
    "Cost by Project": {"": lambda truth: largest(10, truth.sums(_COST, "project"))},
    "Dearest Sessions": {
        "Cost": lambda truth: largest(
            5, truth.sums(of("session cost"), "session", "project", "user")
        )
    },
}
