"""What does the invented model do with its tools, and what do people say to that?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.demo.pen import Pen
from provisioner.demo.requests import Conversation
from provisioner.records import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool's habits: how often it is used, how long it takes, what it returns, how it fails."""

    weight: float
    seconds: float
    input_bytes: int
    result_bytes: int
    failing: float = 0.01
    errors: tuple[str, ...] = ("Error",)
    asks: bool = False
    edits: bool = False


TOOLS: Mapping[str, Tool] = {
    "Read": Tool(
        weight=28,
        seconds=0.03,
        input_bytes=110,
        result_bytes=9_000,
        failing=0.02,
        errors=("Error:ENOENT", "Error:EISDIR"),
    ),
    "Bash": Tool(
        weight=26,
        seconds=1.6,
        input_bytes=210,
        result_bytes=2_600,
        failing=0.11,
        errors=("ShellError", "ShellError", "TimeoutError"),
        asks=True,
    ),
    "Edit": Tool(
        weight=17,
        seconds=0.05,
        input_bytes=1_500,
        result_bytes=700,
        failing=0.04,
        errors=("Error",),
        asks=True,
        edits=True,
    ),
    "Grep": Tool(weight=11, seconds=0.09, input_bytes=140, result_bytes=3_200),
    "Glob": Tool(weight=5, seconds=0.06, input_bytes=80, result_bytes=1_400),
    "Write": Tool(
        weight=5,
        seconds=0.06,
        input_bytes=4_800,
        result_bytes=300,
        asks=True,
        edits=True,
    ),
    "TodoWrite": Tool(weight=4, seconds=0.01, input_bytes=600, result_bytes=200, failing=0.0),
    "WebFetch": Tool(
        weight=2,
        seconds=4.0,
        input_bytes=160,
        result_bytes=5_500,
        failing=0.07,
        errors=("AxiosError", "Error"),
        asks=True,
    ),
}
SERVED = Tool(
    weight=6,
    seconds=0.9,
    input_bytes=300,
    result_bytes=6_000,
    failing=0.06,
    errors=("McpError", "TimeoutError"),
    asks=True,
)
"""A tool of an MCP server; its name is the client's word for all of them."""

WEIGHTS = {name: tool.weight for name, tool in TOOLS.items()}
ACCEPTED_BY = {"config": 5.0, "user_temporary": 3.0, "user_permanent": 1.0, "hook": 0.6}
REJECTED_BY = {"user_reject": 5.0, "user_abort": 2.0, "hook": 1.0, "config": 1.0}


def use_a_tool(talk: Conversation, *, mode: str) -> None:
    """One call: asked for, decided upon, and, unless rejected, run."""
    pen = talk.pen
    is_served = bool(pen.project.servers) and pen.happens(0.05)
    name = "mcp_tool" if is_served else pen.pick(WEIGHTS)
    tool = SERVED if is_served else TOOLS[name]
    call: dict[str, Value] = {
        "tool_name": name,
        "tool_use_id": pen.short_id("toolu"),
        "request_id": talk.last_request,
        **({"agent_id": talk.agent} if talk.agent else {}),
    }
    if source := decide(pen, tool, call, mode=mode):
        run(talk, tool, call, source)


def decide(pen: Pen, tool: Tool, call: Mapping[str, Value], *, mode: str) -> str:
    """By whom the call was accepted; empty when it was rejected."""
    is_asked = tool.asks and not pen.person.trusts and mode == "default"
    is_accepted = not pen.happens(0.07 if is_asked else 0.003)
    source = pen.pick(REJECTED_BY) if not is_accepted else "config"
    if is_asked and is_accepted:
        source = pen.pick(ACCEPTED_BY)
    if source.startswith("user"):
        pen.wait(pen.about(6.0, 0.9))
    decision = "accept" if is_accepted else "reject"
    said = {"decision": decision, "source": source, "permission_mode": mode}
    tool_source = "mcp" if call["tool_name"] == "mcp_tool" else "builtin"
    pen.tell("tool_decision", {**call, **said, "tool_source": tool_source})
    if tool.edits:
        _count_decision(pen, str(call["tool_name"]), decision, source)
    return source if is_accepted else ""


def run(talk: Conversation, tool: Tool, call: Mapping[str, Value], source: str) -> None:
    """The call runs, with its hooks around it; what it returns is read."""
    pen, name = talk.pen, str(call["tool_name"])
    if pen.project.has_hooks and name in {"Bash", "Edit", "Write"}:
        hooks(pen, "PreToolUse", name)
    seconds = pen.about(tool.seconds, 0.9 if tool.seconds > 1 else 0.5)
    if name == "Bash" and pen.happens(0.06):
        seconds = pen.about(38.0, 0.7)
    pen.wait(seconds)
    is_ok = not pen.happens(tool.failing)
    returned = pen.some(tool.result_bytes, 0.9)
    pen.tell(
        "tool_result",
        {
            **call,
            "success": "true" if is_ok else "false",
            "duration_ms": str(round(seconds * 1000)),
            "decision_type": "accept",
            "decision_source": source,
            "tool_input_size_bytes": pen.some(tool.input_bytes),
            "tool_result_size_bytes": returned,
            **({} if is_ok else {"error_type": pen.one_of(tool.errors)}),
        },
    )
    if pen.project.has_hooks and name in {"Edit", "Write"}:
        hooks(pen, "PostToolUse", name)
    if tool.edits and is_ok:
        _count_lines(talk, name)
    talk.read(returned // 4)


def commit(talk: Conversation) -> None:
    """A commit, and now and then a pull request, by shell command."""
    pen = talk.pen
    for counter, probability in (("commit.count", 1.0), ("pull_request.count", 0.22)):
        if not pen.happens(probability):
            continue
        call: dict[str, Value] = {
            "tool_name": "Bash",
            "tool_use_id": pen.short_id("toolu"),
            "request_id": talk.last_request,
        }
        pen.tell("tool_decision", {**call, "decision": "accept", "source": "config"})
        run(talk, TOOLS["Read"], call, "config")
        pen.count(counter, 1)


def hooks(pen: Pen, event: str, matched: str = "") -> None:
    """The hooks of an event run; rarely one of them blocks."""
    name = f"{event}:{matched}" if matched else event
    about: dict[str, Value] = {
        "hook_event": event,
        "hook_name": name,
        "num_hooks": 1,
        "managed_only": "false",
        "hook_source": "merged",
    }
    pen.tell("hook_execution_start", about)
    seconds = pen.about(0.25 if event != "PostToolUse" else 1.1)
    pen.wait(seconds)
    blocks = int(event == "PreToolUse" and pen.happens(0.01))
    ended = {"num_success": 1 - blocks, "num_blocking": blocks, "num_cancelled": 0}
    lasted = {"num_non_blocking_error": 0, "total_duration_ms": round(seconds * 1000)}
    pen.tell("hook_execution_complete", {**about, **ended, **lasted})


def _count_decision(pen: Pen, tool: str, decision: str, source: str) -> None:
    language = pen.pick(pen.project.languages)
    said = {"tool_name": tool, "decision": decision, "source": source, "language": language}
    pen.count("code_edit_tool.decision", 1, said)


def _count_lines(talk: Conversation, tool: str) -> None:
    pen = talk.pen
    model = pen.model_of(talk.model)
    pen.count(
        "lines_of_code.count",
        pen.some(46 if tool == "Write" else 9, 0.9),
        {"type": "added", "model": model},
    )
    if tool == "Edit" and pen.happens(0.75):
        pen.count("lines_of_code.count", pen.some(5, 0.9), {"type": "removed", "model": model})
