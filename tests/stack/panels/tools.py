"""What must the board Tool Usage show?"""

from __future__ import annotations

from provisioner.telemetry import TOOL_SECONDS_BOUNDS
from tests.stack.truth.arithmetic import Expected, Panels, of, or_zero, times
from tests.stack.truth.said import lines

_CALLS = of("calls")
_WORKED = of("calls", success="true")
_FAILED = of("calls", success="false")
_DECISIONS = of("decisions")
_RESULTS = of("result bytes")
_AGENTS = of("subagents")


def _decided(measure: str, decision: str, label: str) -> Expected:
    return lambda truth: truth.sums(of(measure, decision=decision), label)


def _slowest(quantile: float) -> Expected:
    return lambda truth: truth.quantile(
        quantile, of("call seconds"), TOOL_SECONDS_BOUNDS, "tool_name"
    )


TOOLS: Panels = {
    "Tool Calls": {"": lambda truth: truth.sums(_CALLS)},
    "Tool Success Rate": {"": lambda truth: truth.share(_WORKED, _CALLS)},
    "Failed Calls": {"": lambda truth: or_zero(truth.sums(_FAILED), truth.sums(_CALLS))},
    "Rejected Calls": {
        "": lambda truth: or_zero(
            truth.sums(of("decisions", decision="reject")), truth.sums(_DECISIONS)
        )
    },
    "Tool Usage Rate": {
        "": lambda truth: times(truth.sums(_CALLS, "tool_name"), 3600 / truth.step)
    },
    "Cumulative Tool Usage": {"": lambda truth: truth.sums(_CALLS, "tool_name")},
    "Tools": {
        "Calls": lambda truth: truth.sums(_CALLS, "tool_name"),
        "Success": lambda truth: truth.share(_WORKED, _CALLS, "tool_name"),
        "p50": _slowest(0.5),
        "p95": _slowest(0.95),
        "Mean result": lambda truth: truth.mean(_RESULTS, _CALLS, "tool_name"),
        "All results": lambda truth: truth.sums(_RESULTS, "tool_name"),
    },
    "Decisions by Source": {
        "Accepted": _decided("decisions", "accept", "decision_source"),
        "Rejected": _decided("decisions", "reject", "decision_source"),
    },
    "Edit Decisions by Language": {
        "Accepted": _decided("edits", "accept", "language"),
        "Rejected": _decided("edits", "reject", "language"),
    },
    "MCP Servers": {
        "Connections": lambda truth: truth.sums(
            of("mcp connections"), "server_name", "transport_type", "status"
        )
    },
    "Skills": {"Uses": lambda truth: truth.sums(of("skills"), "skill_name", "trigger")},
    "Subagents": {
        "Runs": lambda truth: truth.sums(_AGENTS, "agent_type"),
        "Mean duration": lambda truth: truth.mean(of("subagent seconds"), _AGENTS, "agent_type"),
    },
    "Failing Calls": {"": lambda truth: lines(truth.happened("tool_result", success="false"))},
}
