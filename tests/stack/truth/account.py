"""What do the client's records say, by the names under which its own results are compared?"""

from __future__ import annotations

from tests.stack.truth.arithmetic import Answer, Truth, of


def account_of(truth: Truth) -> dict[str, float]:
    """The numbers that `truth_of` takes from results, scripts and git, as the records have them."""
    totals = {
        "cost": truth.sums(of("cost")),
        "requests timed": truth.within(of("api seconds"), ()),
        "prompts": truth.sums(of("prompts")),
        "commits": truth.sums(of("commits")),
        "sessions": truth.sums(of("sessions")),
    }
    kinds = {
        "tokens": truth.sums(of("tokens"), "type"),
        "requests": truth.sums(of("requests"), "outcome"),
        "requests by": truth.sums(of("requests"), "source"),
        "lines": truth.sums(of("lines"), "type"),
        "cost of": truth.sums(of("session cost"), "session"),
        "calls of": truth.sums(of("calls"), "success", "tool_name"),
    }
    said = {name: sum(answer.values()) for name, answer in totals.items()}
    for name, answer in kinds.items():
        said |= _named(name, answer)
    return said


def _named(name: str, answer: Answer) -> dict[str, float]:
    """Numbers by name and label values; a tool stands before its success, as in results."""
    said = {}
    for key, value in answer.items():
        values = dict(key)
        words = [values.pop("tool_name", ""), *values.values()]
        said[" ".join([name, *filter(None, words)])] = value
    return {each.lower() if name == "calls of" else each: value for each, value in said.items()}
