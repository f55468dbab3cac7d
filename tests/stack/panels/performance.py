"""What must the board Performance show?"""

from __future__ import annotations

from provisioner.telemetry import API_SECONDS_BOUNDS
from tests.stack.truth.arithmetic import (
    Answer,
    Expected,
    Panels,
    Truth,
    highest,
    largest,
    of,
    or_zero,
)
from tests.stack.truth.said import lines

_SECONDS = of("api seconds")
_ANSWERED = of("requests", outcome="ok")
_ERRORS = of("requests", outcome="error")
_REFUSED = of("requests", outcome="refused")
_FINISHED = of("requests", outcome=("ok", "error"))
_OUTPUT = of("tokens", type="output")
_REQUEST = ("request_id", "session_id", "prompt_id", "model", "source", "project")


def _share_of_errors(truth: Truth, *by: str) -> Answer:
    return truth.share(_ERRORS, _FINISHED, *by)


def _took(quantile: float) -> Expected:
    return lambda truth: truth.quantile(quantile, _SECONDS, API_SECONDS_BOUNDS, "model")


def _slowest(truth: Truth) -> Answer:
    requests = truth.ever.happened("api_request")
    took = ((each.attributes, float(each.attributes["duration_ms"]) / 1000) for each in requests)
    return largest(20, highest(took, *_REQUEST))


PERFORMANCE: Panels = {
    "Requests": {"": lambda truth: truth.sums(_ANSWERED)},
    "API Error Rate": {"": _share_of_errors},
    "Refusals": {"": lambda truth: or_zero(truth.sums(_REFUSED), truth.sums(_ANSWERED))},
    "Output Speed": {"": lambda truth: truth.mean(_OUTPUT, _SECONDS)},
    "API Request Duration by Model": {
        "Requests": lambda truth: truth.sums(_ANSWERED, "model"),
        "p50": _took(0.5),
        "p95": _took(0.95),
        "p99": _took(0.99),
        "Tokens/s": lambda truth: truth.mean(_OUTPUT, _SECONDS, "model"),
        "Errors": lambda truth: _share_of_errors(truth, "model"),
    },
    "p95 Duration over Time": {"": _took(0.95)},
    "API Request Durations": {"": lambda truth: truth.within(_SECONDS, API_SECONDS_BOUNDS)},
    "Output Speed over Time": {"": lambda truth: truth.mean(_OUTPUT, _SECONDS, "model")},
    "API Errors by Status": {"": lambda truth: truth.sums(_ERRORS, "status_code")},
    "Final Errors": {"": lambda truth: lines(truth.happened("api_error"))},
    "Slowest Requests of the Last Day": {"Took": _slowest},
}
