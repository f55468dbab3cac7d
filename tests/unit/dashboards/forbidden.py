"""What may never stand in a query of a board, and why?"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern that no query may hold, the reason, and a query that it must catch."""

    name: str
    pattern: str
    reason: str
    example: str

    def is_broken_by(self, expr: str) -> bool:
        return re.search(self.pattern, expr) is not None


RULES = (
    Rule(
        name="counter functions",
        pattern=r"\b(?:increase|rate|irate|delta|idelta|deriv|changes|resets)\s*\(",
        reason="amounts are summed; a counter function loses what is spent around gaps",
        example="sum(increase(ledger_cost_usd{}[$__range]))",
    ),
    Rule(
        name="vector(0)",
        pattern=r"\bor\s+vector\s*\(",
        reason="zero where nothing was recorded hides that no telemetry arrives",
        example="sum(sum_over_time(ledger_cost_usd{}[$__range])) or vector(0)",
    ),
    Rule(
        name="fixed range",
        pattern=r"\[(?!\$__|24h\])|\boffset\s+-?\d",
        reason="the time picker rules",
        example="sum(sum_over_time(ledger_cost_usd{}[30d]))",
    ),
    Rule(
        name="no window",
        pattern=r"\bledger_\w+(?:\{[^}]*\})?(?![\w{])(?!\[)",
        reason="one sample is one moment's amount, never a total",
        example="sum(ledger_cost_usd{})",
    ),
    Rule(
        name="latest sample",
        pattern=r"\b(?:last|first|avg|min|max)_over_time\s*\(\s*ledger_",
        reason="samples of an amount are terms of a sum",
        example="sum(last_over_time(ledger_cost_usd{}[$__range]))",
    ),
    Rule(
        name="max across series",
        pattern=r"\b(?:max|min|avg)\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(\s*"
        r"(?:sum_over_time\s*\(\s*)?ledger_",
        reason="the series of one session add up; the largest of them is a part of its total",
        example="max by (session) (sum_over_time(ledger_session_cost_usd{}[$__range]))",
    ),
    Rule(
        name="outcomes added up",
        pattern=r"^(?!.*\bby\s*\([^)]*\boutcome\b).*"
        r"\bledger_api_requests\b(?!\{[^}]*\boutcome\s*(?:=|!=|=~|!~))",
        reason="a refused request was answered too: it is there as ok and as refused",
        example="sum by (model) (sum_over_time(ledger_api_requests{}[$__range]))",
    ),
    Rule(
        name="price",
        pattern=r"ledger_\w*tokens\b.*[*/]\s*[\d.]|(?<![\d.])(?!0 )[\d.]+\s*\*.*ledger_\w*tokens\b",
        reason="prices change and differ by model; the client says what a request cost",
        example="sum(sum_over_time(ledger_tokens{}[$__range])) * 0.000003",
    ),
    Rule(
        name="parsed body",
        pattern=r"\|\s*(?:json|logfmt|regexp|pattern|unpack)\b",
        reason="all attributes are structured metadata already",
        example='{service_name="claude-code", event_name="tool_result"} | json',
    ),
    Rule(
        name="metadata as stream label",
        pattern=r"\{(?=[^}]*\b(?!service_name\b|event_name\b|ingest_source\b)\w+\s*(?:=|!=|!~)"
        r'\s*~?")(?=[^}]*\bservice_name\b)[^}]*\}',
        reason="structured metadata inside braces matches nothing",
        example='{service_name="claude-code", tool_name="Bash"}',
    ),
)

ALLOWED = (
    "histogram_quantile(0.95, sum by (le) (sum_over_time(ledger_api_seconds_bucket[$__range])))",
    "max(sum by (session) (sum_over_time(ledger_session_cost_usd{}[$__range])))",
    "sum(sum_over_time(ledger_cost_usd[$__range])) / sum(sum_over_time(ledger_prompts[$__range]))",
    "sum by (model, outcome) (sum_over_time(ledger_api_requests{}[$__range]))",
    'sum(sum_over_time(ledger_api_requests{model="opus",outcome="ok"}[$__range]))',
    '{service_name="claude-code", event_name="tool_result"} | tool_name="Bash"',
    'sum(count_over_time({service_name="claude-code"} | event_name=~"api_.*" [$__auto]))',
)
"""Queries that look like a forbidden one, and are right."""
