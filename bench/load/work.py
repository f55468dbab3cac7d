"""What is in a batch, and what does a sum over it say?

Costs are digits: request number n of a batch costs 16^n units. So the sum that a store gives for a
batch tells how often each of its requests was counted, and as a unit is a power of two,
sums of any number of them are exact.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.load.model import Load
from provisioner.ledger import MILLISECOND_NS
from provisioner.otlp import Request, Sender, increments_request, logs_request
from provisioner.records import Event, Increment, Value
from provisioner.telemetry import EVENT_SCOPE, METRIC_SCOPE

REQUESTS = 4
CALLS = 2
EVENTS = REQUESTS + CALLS + 1
LINES = 3.0
SECONDS = 0.25

UNIT_USD = 1 / 2**20
BASE = 16

_SECOND_NS = 1000 * MILLISECOND_NS
_MODELS = ("claude-opus-5-5", "claude-haiku-5-5")
_EVENTS = Sender(service_name="claude-code", scope=EVENT_SCOPE)
_COUNTERS = Sender(service_name="claude-code", scope=METRIC_SCOPE)


def events_request(load: Load, name: str, client: int) -> Request:
    """One prompt, what it asked of the API, and which tools it used."""
    session = name if load.is_traced else f"{load.project}-{client}"
    own: dict[str, Value] = {
        "project": load.project,
        "session.id": session,
        "user.email": f"load-{client}@example.com",
        "prompt.id": name,
        "padding": "x" * load.padding_bytes,
    }
    told: list[tuple[str, Mapping[str, Value]]] = [("user_prompt", {"prompt_length": 17})]
    told += [("api_request", _api_request(name, number)) for number in range(REQUESTS)]
    told += [("tool_result", _tool_result(number)) for number in range(CALLS)]
    at_ns = _now_ns(load)
    events = [
        Event(name=kind, attributes={**own, **said, "event.sequence": number}, at_ns=at_ns + number)
        for number, (kind, said) in enumerate(told)
    ]
    return logs_request(_EVENTS, events)


def counters_request(load: Load, name: str, client: int) -> Request:
    """What two of the client's counters have grown by."""
    own: dict[str, Value] = {
        "project": load.project,
        "team": name if load.is_traced else load.project,
        "user.email": f"load-{client}@example.com",
    }
    grown = (
        ("claude_code.lines_of_code.count", LINES, "added"),
        ("claude_code.active_time.total", SECONDS, "cli"),
    )
    increments = [
        Increment(name=counter, value=amount, attributes={**own, "type": kind}, at_ns=_now_ns(load))
        for counter, amount, kind in grown
    ]
    return increments_request(_COUNTERS, increments)


def request_ids(name: str) -> tuple[str, ...]:
    """The requests of a batch, in the order of their digits."""
    return tuple(f"req_{name}_{number}" for number in range(REQUESTS))


def cost_of_batch() -> float:
    """What all requests of a batch cost together."""
    return sum(_cost_of(number) for number in range(REQUESTS))


def times_counted(cost_usd: float) -> tuple[int, ...]:
    """How often each request of a batch is in a sum of costs."""
    units = round(cost_usd / UNIT_USD)
    return tuple(units // BASE**number % BASE for number in range(REQUESTS))


def _cost_of(number: int) -> float:
    return UNIT_USD * float(BASE**number)


def _api_request(name: str, number: int) -> dict[str, Value]:
    return {
        "request_id": request_ids(name)[number],
        "model": _MODELS[number % len(_MODELS)],
        "query_source": "repl_main_thread",
        "cost_usd": _cost_of(number),
        "duration_ms": 900 + 100 * number,
        "input_tokens": 10 + number,
        "output_tokens": 200 + number,
        "cache_read_tokens": 30_000 + number,
        "cache_creation_tokens": 700 + number,
    }


def _tool_result(number: int) -> dict[str, Value]:
    return {"tool_name": ("Bash", "Read")[number % 2], "success": "true", "duration_ms": "40"}


def _now_ns(load: Load) -> int:
    return time.time_ns() + int(load.clock_seconds * _SECOND_NS)
