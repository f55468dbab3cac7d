"""What must the board Event Logs show?"""

from __future__ import annotations

from collections.abc import Iterable

from tests.stack.truth.arithmetic import Expected, Panels, Truth, of
from tests.stack.truth.facts import Happening
from tests.stack.truth.said import lines


def _chosen(truth: Truth, *names: str, **where: str) -> Iterable[Happening]:
    texts = {"session_id": truth.text("session"), "prompt_id": truth.text("prompt")}
    return truth.happened(*names, **texts, **where)


def _lines(*names: str) -> Expected:
    return lambda truth: lines(_chosen(truth, *names))


def _lines_of_tool(name: str) -> Expected:
    return lambda truth: lines(_chosen(truth, name, tool_name=truth.text("tool")))


EVENTS: Panels = {
    "Events by Name": {"": lambda truth: truth.sums(of("events"), "event_name")},
    "Tool Execution Events": {"": _lines_of_tool("tool_result")},
    "API Error Events": {"": _lines("api_error", "api_retries_exhausted", "api_refusal")},
    "Prompts": {"": _lines("user_prompt")},
    "Decisions": {"": _lines_of_tool("tool_decision")},
    "Compactions and Modes": {
        "": _lines("compaction", "permission_mode_changed", "subagent_completed")
    },
    "Hooks, MCP and Skills": {
        "": _lines("hook_execution_complete", "mcp_server_connection", "skill_activated")
    },
    "Everything of a Prompt": {"": _lines()},
}
