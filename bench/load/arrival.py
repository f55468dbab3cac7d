"""When has all of it arrived? A marker goes the same way behind it; then the books are compared."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.load.books import Account, accounts
from bench.load.deliver import Delivered
from bench.load.engines import Watch
from provisioner.errors import StackError
from provisioner.otlp import Sender, increments_request, logs_request, send
from provisioner.records import Event, Increment
from provisioner.runtime.model import Report
from provisioner.telemetry import METRIC_SCOPE, PROBE_EVENT, PROBE_SCOPE
from tests.stack.stacks import TestStack

POLL_SECONDS = 0.2
ARRIVAL_SECONDS = 600.0
STALLED_SECONDS = 60.0
MARKED = "load-marker"


class NotArrived(Exception):
    """What was acknowledged did not come out in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When all was seen in each store, by the monotonic clock, and what the books say."""

    in_prometheus_at: float
    in_loki_at: float
    accounts: tuple[Account, Account]

    @property
    def at(self) -> float:
        return max(self.in_prometheus_at, self.in_loki_at)

    @property
    def lost_and_twice(self) -> str:
        """Events that one of the stores lacks, and those that one has twice, as text."""
        lost = sum(each.missing for each in self.accounts)
        twice = sum(each.twice for each in self.accounts)
        return f"{lost:,}, {twice:,}"


def arrival(stack: TestStack, delivered: Delivered, watch: Watch, report: Report) -> Arrival:
    """Wait until both stores have what was acknowledged; the account says when they never do."""
    in_prometheus_at, in_loki_at = _marker_seen(stack, report)
    watch.look()
    found = _books(stack, delivered)
    deadline = time.monotonic() + STALLED_SECONDS
    while not all(each.is_exact for each in found) and time.monotonic() < deadline:
        # The marker went before something: the books say when it was seen, a little too late.
        report(f"{deadline - time.monotonic():.0f} s are left for what is behind the marker")
        time.sleep(1)
        before, seen_at = found, time.monotonic()
        found = _books(stack, delivered)
        if found != before:
            deadline = time.monotonic() + STALLED_SECONDS
            in_prometheus_at = in_loki_at = seen_at
    return Arrival(in_prometheus_at=in_prometheus_at, in_loki_at=in_loki_at, accounts=found)


def _books(stack: TestStack, delivered: Delivered) -> tuple[Account, Account]:
    seconds = time.monotonic() - delivered.began_at + 600
    return accounts(stack.prometheus, stack.loki, delivered.truth, seconds)


def _marker_seen(stack: TestStack, report: Report) -> tuple[float, float]:
    """Send one event and one counter more; when all of it was in Prometheus, and in Loki."""
    amount = random.randrange(1, 2**31)  # noqa: S311 - a number to recognise, no secret
    _send_marker(stack, amount)
    own = f'{{project="{MARKED}-{amount}"}}'
    probe = f'ledger_probe{{protocol="{MARKED}"}}'
    entry = f'{{service_name="claude-otel"}} | probe_amount="{amount}"'
    looks: dict[str, Callable[[], float]] = {
        "ledger": lambda: amount in [each.value for each in stack.prometheus.samples(probe, 600)],
        "counters": lambda: stack.prometheus.total(f"sum(sum_over_time(ledger_commits{own}[10m]))"),
        "loki": lambda: stack.loki.total(f"sum(count_over_time({entry}[10m]))"),
    }
    seen = _seen(looks, report)
    return max(seen["ledger"], seen["counters"]), seen["loki"]


def _send_marker(stack: TestStack, amount: int) -> None:
    probe = Event(name=PROBE_EVENT, attributes={"probe.amount": amount, "protocol": MARKED})
    send(
        stack.door,
        logs_request(Sender(service_name="claude-otel", scope=PROBE_SCOPE), [probe]),
        "grpc",
    )
    project = {"project": f"{MARKED}-{amount}"}
    commit = Increment(name="claude_code.commit.count", value=1.0, attributes=project)
    sender = Sender(service_name="claude-code", scope=METRIC_SCOPE)
    send(stack.door, increments_request(sender, [commit]), "grpc")


def _seen(looks: dict[str, Callable[[], float]], report: Report) -> dict[str, float]:
    """When each look first gave something."""
    began = time.monotonic()
    seen: dict[str, float] = {}
    while left := [name for name in looks if name not in seen]:
        waited = time.monotonic() - began
        if waited > ARRIVAL_SECONDS:
            raise NotArrived(f"after {waited:.0f} s, the marker is not in: {', '.join(left)}")
        report(f"{waited:.0f} s waited for: {', '.join(left)}")
        for name in left:
            if _gives(looks[name]):
                seen[name] = time.monotonic()
        time.sleep(POLL_SECONDS)
    return seen


def _gives(look: Callable[[], float]) -> bool:
    try:
        return look() > 0
    except StackError:
        # Too busy to answer: it is asked again.
        return False
