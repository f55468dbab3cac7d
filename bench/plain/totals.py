"""What does each stack say was spent, asked as its own panels ask it?"""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.plain.clients import PROJECT, Truth
from bench.plain.copied import Copied
from provisioner.backends import Prometheus

COST, TOKENS, LINES, SESSIONS = "cost, $", "tokens", "lines", "sessions"
AMOUNTS = {
    COST: "ledger_cost_usd",
    TOKENS: "ledger_tokens",
    LINES: "ledger_lines",
    SESSIONS: "ledger_sessions",
}
COUNTERS = {
    COST: "claude_code_cost_usage_USD_total",
    TOKENS: "claude_code_token_usage_tokens_total",
    LINES: "claude_code_lines_of_code_count_total",
    SESSIONS: "claude_code_session_count_total",
}
ATTRIBUTES = {
    COST: ("cost_usd",),
    TOKENS: ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens"),
}

Totals = Mapping[str, float]


def truth_of(truth: Truth) -> Totals:
    """What was really spent, by the same names."""
    told = (truth.cost_usd, truth.tokens, truth.lines, truth.sessions)
    return dict(zip(AMOUNTS, map(float, told), strict=True))


def of_amounts(prometheus: Prometheus, seconds: int) -> Totals:
    """Ours: sums of amounts."""
    selector = f'{{project="{PROJECT}"}}'
    return {
        name: prometheus.total(f"sum(sum_over_time({series}{selector}[{seconds}s]))")
        for name, series in AMOUNTS.items()
    }


def of_counters(prometheus: Prometheus, seconds: int) -> Totals:
    """The copied one's: increases of counters."""
    return {
        name: prometheus.total(f"sum(increase({series}[{seconds}s]))")
        for name, series in COUNTERS.items()
    }


def of_entries(plain: Copied, seconds: int) -> Totals:
    """The copied one's events; its panels do not ask so, but they could."""
    now = time.time_ns()
    requests = '{service_name="claude-code"} |= "claude_code.api_request"'
    sums = (
        (name, f"sum(sum_over_time({requests} | unwrap {attribute} [{seconds}s]))")
        for name, attributes in ATTRIBUTES.items()
        for attribute in attributes
    )
    found: dict[str, float] = {}
    for name, query in sums:
        found[name] = found.get(name, 0.0) + plain.loki.total(query, now)
    return found
