"""What must the board Data Quality show?"""

from __future__ import annotations

from tests.stack.truth.arithmetic import Answer, Panels, Truth, counted, of, or_zero
from tests.stack.truth.said import lines

_ANSWERED = of("requests", outcome="ok")
_LIVE = of("requests", outcome="ok", origin="live")
_ADDED = of("requests", outcome="ok", origin="transcript")
_COST = of("cost")
_ADDED_COST = of("cost", origin="transcript")


def _by_origin(truth: Truth) -> Answer:
    return truth.sums(_ANSWERED, "origin")


QUALITY: Panels = {
    "Requests in the Ledger": {"": lambda truth: truth.sums(_ANSWERED)},
    "Requests in Loki": {"": lambda truth: counted(truth.happened("api_request"))},
    "Told Live": {"": lambda truth: truth.share(_LIVE, _ANSWERED)},
    "Requests in the Ledger over Time": {"": _by_origin},
    "Requests in Loki over Time": {
        "": lambda truth: counted(truth.happened("api_request"), "origin")
    },
    "Requests Added": {"": lambda truth: or_zero(truth.sums(_ADDED), truth.sums(_ANSWERED))},
    "Cost Added": {"": lambda truth: or_zero(truth.sums(_ADDED_COST), truth.sums(_COST))},
    "Cost Added over Time": {"": lambda truth: truth.sums(_ADDED_COST, "project")},
    "What Was Added by Project": {
        "Requests": lambda truth: truth.sums(_ANSWERED, "project"),
        "Told Live": lambda truth: truth.share(_LIVE, _ANSWERED, "project"),
        "Cost Added": lambda truth: truth.sums(_ADDED_COST, "project"),
    },
    # What is added comes through no collector, and into streams that no client can write to:
    # tests/stack/test_reconcile.py looks there.
    "Requests Added, One by One": {"": lambda _: lines(())},
}
