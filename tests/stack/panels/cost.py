"""What must the board Cost & Usage show?"""

from __future__ import annotations

from tests.stack.panels.overview import cache_share
from tests.stack.truth.arithmetic import Expected, Panels, largest, of, ratio, times

_COST = of("cost")
_TOKENS = of("tokens")
_ACTIVE = of("active seconds")
_IN_SESSION = of("session requests")


def _tokens(kind: str) -> Expected:
    return lambda truth: truth.sums(of("tokens", type=kind), "model")


def _dearest(label: str) -> Expected:
    return lambda truth: largest(10, truth.sums(_COST, label))


COST: Panels = {
    "Cumulative Cost by Model": {"": lambda truth: truth.sums(_COST, "model")},
    "Cost over Time": {"": lambda truth: truth.sums(_COST, "model")},
    "Token Usage by Type": {"": lambda truth: truth.sums(_TOKENS, "type")},
    "Token Usage by Model": {"": lambda truth: truth.sums(_TOKENS, "model")},
    "Usage by Model": {
        "Cost": lambda truth: truth.sums(_COST, "model"),
        "Requests": lambda truth: truth.sums(of("requests", outcome="ok"), "model"),
        "Input": _tokens("input"),
        "Output": _tokens("output"),
        "Cache reads": _tokens("cacheRead"),
        "Cache writes": _tokens("cacheCreation"),
        "Cache hits": lambda truth: cache_share(truth, "model"),
    },
    "Cost by Project": {"": _dearest("project")},
    "Cost by User": {"": _dearest("user")},
    "Cost by Team": {"": _dearest("team")},
    "Cost by Source": {"": _dearest("source")},
    "Cost by Effort": {"": _dearest("effort")},
    "Cost by Speed": {"": _dearest("speed")},
    "Cost by Entrypoint": {"": _dearest("entrypoint")},
    "Cost per Session": {
        "": lambda truth: ratio(
            truth.sums(of("session cost")), truth.distinct(_IN_SESSION, "session")
        )
    },
    "Cost per Prompt": {"": lambda truth: truth.mean(_COST, of("prompts"))},
    "Cost per Commit": {"": lambda truth: truth.mean(_COST, of("commits"))},
    "Cost per Active Hour": {"": lambda truth: times(truth.mean(_COST, _ACTIVE), 3600)},
}
