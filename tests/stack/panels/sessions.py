"""What must the board Sessions show?"""

from __future__ import annotations

from tests.stack.truth.arithmetic import (
    Answer,
    Expected,
    Panels,
    Truth,
    largest,
    of,
    or_zero,
    ratio,
)

MOST = 100

_COST = of("session cost")
_REQUESTS = of("session requests")
_KEYS = ("session", "project", "user")


def _dearest(truth: Truth) -> Answer:
    return largest(MOST, truth.sums(_COST, *_KEYS))


def _of_dearest(measure: str) -> Expected:
    def expected(truth: Truth) -> Answer:
        dearest = _dearest(truth)
        found = truth.sums(of(measure), *_KEYS)
        return {key: amount for key, amount in found.items() if key in dearest}

    return expected


SESSIONS: Panels = {
    "Active Sessions": {"": lambda truth: truth.distinct(_REQUESTS, "session")},
    "Mean Cost": {"": lambda truth: ratio(truth.sums(_COST), truth.distinct(_REQUESTS, "session"))},
    "Mean Requests": {
        "": lambda truth: ratio(truth.sums(_REQUESTS), truth.distinct(_REQUESTS, "session"))
    },
    "Compactions": {
        "": lambda truth: or_zero(truth.sums(of("compactions")), truth.sums(of("prompts")))
    },
    "Projects with Sessions": {"": lambda truth: truth.distinct(_REQUESTS, "project")},
    "Sessions": {
        "Cost": _dearest,
        "Tokens": _of_dearest("session tokens"),
        "Requests": _of_dearest("session requests"),
        "Tool calls": _of_dearest("session calls"),
    },
    "Cost by Project": {"": lambda truth: truth.sums(_COST, "project")},
}
