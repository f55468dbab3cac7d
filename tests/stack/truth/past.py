"""What was there before the range that a test looks at?

The collector files amounts under their arrival, so the past is put into Prometheus itself. Its
events go through the collector under a scope that enters no total.
"""

from __future__ import annotations

from dataclasses import replace

from tests.stack.stacks import TestStack
from tests.stack.truth.facts import Fact
from tests.stack.truth.people import Person, send_events, store_amount

_WHO = {"user": "ada@example.com", "team": "platform", "project": "acme/widgets.js"}
_LIVE = {**_WHO, "origin": "live"}
_MODEL = {**_LIVE, "model": "claude-opus-5-5"}
_CAUSED = {**_MODEL, "source": "main"}
_SOLD = {**_CAUSED, "effort": "high", "speed": "normal", "entrypoint": "cli"}
_SESSION = {"user": _WHO["user"], "project": _WHO["project"]}

PERSON = Person(email=_WHO["user"], team=_WHO["team"], project=_WHO["project"], session="of-before")
PAST = (
    ("ledger.cost_usd", Fact(measure="cost", amount=7.5, labels=_SOLD)),
    ("ledger.tokens", Fact(measure="tokens", amount=900, labels={**_CAUSED, "type": "input"})),
    ("ledger.tokens", Fact(measure="tokens", amount=70, labels={**_CAUSED, "type": "output"})),
    (
        "ledger.api_requests",
        Fact(
            measure="requests",
            amount=3,
            labels={**_CAUSED, "outcome": "error", "status_code": "500"},
        ),
    ),
    ("ledger.api_seconds", Fact(measure="api seconds", amount=90, labels=_MODEL)),
    ("ledger.lines", Fact(measure="lines", amount=123, labels={**_LIVE, "type": "added"})),
    (
        "ledger.tool_calls",
        Fact(measure="calls", amount=4, labels={**_LIVE, "tool_name": "Bash", "success": "false"}),
    ),
    ("ledger.prompts", Fact(measure="prompts", amount=5, labels=_LIVE)),
    ("ledger.commits", Fact(measure="commits", amount=6, labels=_LIVE)),
    *(
        (
            f"ledger.session_{name}",
            Fact(
                measure=f"session {measure}",
                amount=amount,
                labels={**_SESSION, "session": f"of-before-{number}"},
            ),
        )
        for number in range(2)
        for name, measure, amount in (("cost_usd", "cost", 3.75), ("requests", "requests", 1))
    ),
)


def store_past(stack: TestStack, recorder_url: str, at: float) -> list[Fact]:
    """Write the past at a time, in seconds; the facts that are now in the ledger."""
    for name, fact in PAST:
        store_amount(stack.stores, name, fact.amount, fact.labels, at)
    events = [
        PERSON.event(
            "api_request",
            {
                "model": "claude-opus-5-5",
                "query_source": "sdk",
                "request_id": "req_of_before",
                "duration_ms": 350_000,
            },
        ),
        PERSON.event("tool_result", {"tool_name": "Bash", "success": "false"}),
    ]
    old = [replace(event, at_ns=int(at * 10**9)) for event in events]
    send_events(recorder_url, PERSON, old, scope="of-before")
    return [fact for _, fact in PAST]
