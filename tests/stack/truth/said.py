"""How must an event read on a board? The lines that panels of events show, with their levels."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.stack.truth.facts import Happening, Labels, is_number


def lines(happenings: Iterable[Happening]) -> list[str]:
    """The lines of events, `level: text`, in the order of the alphabet."""
    return sorted(_line(each) for each in happenings)


def one_line(level: str, text: str) -> str:
    """A level and a text, whose blanks do not matter."""
    return f"{level}: {' '.join(text.split())}"


def _line(happening: Happening) -> str:
    say = _WORDS.get(happening.name)
    if say is None:
        return one_line("info", happening.name)
    return one_line(*say(_Written(happening.attributes)))


class _Written:
    """An event's attributes; those that it has not are written as nothing."""

    def __init__(self, attributes: Labels) -> None:
        self._attributes = attributes

    def __getitem__(self, name: str) -> str:
        return self._attributes.get(name, "")


def _api_error(at: _Written) -> tuple[str, str]:
    what = f"{at['status_code']} {at['error']}, {at['model']} {at['source']}"
    return "error", f"request failed: {what} after attempt {at['attempt']}, {at['duration_ms']} ms"


def _gave_up(at: _Written) -> tuple[str, str]:
    how = f"{at['total_attempts']} attempts in {at['total_retry_duration_ms']} ms"
    return "error", f"gave up after {how}: {at['status_code']} {at['error']}, {at['model']}"


def _api_request(at: _Written) -> tuple[str, str]:
    cost = f"${round(float(at['cost_usd']), 4):g}" if is_number(at["cost_usd"]) else "$0"
    sent = f"{at['input_tokens']} tokens in, {at['output_tokens']} out"
    cached = f"{at['cache_read_tokens']} from and {at['cache_creation_tokens']} to the cache"
    took = f"{cost} in {at['duration_ms']} ms"
    return "info", f"request {at['model']} {at['source']} {took}: {sent}, {cached}"


def _compaction(at: _Written) -> tuple[str, str]:
    sizes = f"{at['pre_tokens']} to {at['post_tokens']} tokens"
    return "info", f"compaction ({at['trigger']}): {sizes}"


def _hooks(at: _Written) -> tuple[str, str]:
    ended = f"{at['num_success']} ok, {at['num_blocking']} blocking"
    failed = f"{at['num_non_blocking_error']} failed in {at['total_duration_ms']} ms"
    return "info", f"hooks of {at['hook_name']}: {ended}, {failed}"


def _mcp_server(at: _Written) -> tuple[str, str]:
    level = "warning" if at["status"] == "failed" else "info"
    what = f"{at['server_name']} {at['status']} over {at['transport_type']}"
    return level, f"MCP server {what} {at['error_code']} {at['error']}"


def _subagent(at: _Written) -> tuple[str, str]:
    after = f"{at['total_tool_uses']} tool calls, {at['duration_ms']} ms"
    return "info", f"subagent {at['agent_type']} returned after {after}"


def _decision(at: _Written) -> tuple[str, str]:
    level = "warning" if at["decision"] == "reject" else "info"
    return level, f"decision on {at['tool_name']}: {at['decision']} by {at['source']}"


def _tool_result(at: _Written) -> tuple[str, str]:
    worked = at["success"] == "true"
    ended = "ok" if worked else f"failed: {at['error_type']} {at['error']}"
    size = f", {at['tool_result_size_bytes']} bytes" if at["tool_result_size_bytes"] else ""
    text = f"tool {at['tool_name']} {ended} in {at['duration_ms']} ms{size}"
    return "warning" if at["success"] == "false" else "info", text


_WORDS: dict[str, Callable[[_Written], tuple[str, str]]] = {
    "api_error": _api_error,
    "api_refusal": lambda at: (
        "warning",
        f"{at['model']} refused a request of {at['source']} {at['category']}",
    ),
    "api_request": _api_request,
    "api_retries_exhausted": _gave_up,
    "assistant_response": lambda at: ("info", f"answer of {at['response_length']} characters"),
    "compaction": _compaction,
    "hook_execution_start": lambda at: ("info", f"hooks of {at['hook_name']} begin"),
    "hook_execution_complete": _hooks,
    "internal_error": lambda at: (
        "error",
        f"internal error {at['error_name']} {at['error_code']}",
    ),
    "mcp_server_connection": _mcp_server,
    "permission_mode_changed": lambda at: ("info", f"mode {at['from_mode']} to {at['to_mode']}"),
    "skill_activated": lambda at: (
        "info",
        f"skill {at['skill_name']} by {at['invocation_trigger']}",
    ),
    "subagent_completed": _subagent,
    "tool_decision": _decision,
    "tool_result": _tool_result,
    "user_prompt": lambda at: (
        "info",
        f"prompt of {at['prompt_length']} characters {at['command_name']}",
    ),
}
