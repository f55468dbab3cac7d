"""What must the board Session show?"""

from __future__ import annotations

from collections.abc import Iterable

from tests.stack.truth.arithmetic import (
    Answer,
    Expected,
    Panels,
    Truth,
    added,
    counted,
    highest,
    of,
)
from tests.stack.truth.facts import Happening
from tests.stack.truth.said import lines

_SENT = ("input_tokens", "cache_read_tokens", "cache_creation_tokens")


def _total(measure: str, *by: str) -> Expected:
    return lambda truth: truth.sums(of(measure), *by)


def _of(truth: Truth, *names: str, **where: str) -> Iterable[Happening]:
    return truth.happened(*names, session_id=truth.text("session"), **where)


def _context(truth: Truth) -> Answer:
    requests = _of(truth, "api_request", source="main")
    sizes = (
        (each.attributes, sum(float(each.attributes[name]) for name in _SENT)) for each in requests
    )
    return highest(sizes, "session_id")


def _failures(truth: Truth) -> list[str]:
    calls = (each for each in _of(truth, "tool_result") if each.attributes["success"] != "true")
    return lines([*_failed_requests(truth), *calls])


def _failed_requests(truth: Truth) -> Iterable[Happening]:
    # Beside calls, which name no model, errors are not narrowed by it.
    either = _of(truth, "api_error", "tool_result")
    return (each for each in either if each.name == "api_error")


SESSION: Panels = {
    "Cost": {"": _total("session cost")},
    "Tokens": {"": _total("session tokens")},
    "Requests": {"": _total("session requests")},
    "Tool Calls": {"": _total("session calls")},
    "Cost over Time": {"": _total("session cost", "session")},
    "Context Size": {"": _context},
    "Tools": {"Calls": lambda truth: counted(_of(truth, "tool_result"), "tool_name", "success")},
    "Cost by Source and Model": {
        "Cost": lambda truth: added(_of(truth, "api_request"), "cost_usd", "source", "model")
    },
    "Subagents": {"Runs": lambda truth: counted(_of(truth, "subagent_completed"), "agent_type")},
    "Errors": {"": _failures},
    "Its Story": {"": lambda truth: lines(_of(truth))},
}
