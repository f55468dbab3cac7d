"""How does an event read as a line? Words and levels, in the template language of Loki."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provisioner.dashboards import logql


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a line says of an event, and when it is more than information."""

    text: str
    level: str = "info"
    when: str = ""


WORDS = {
    "api_error": Words(
        text="request failed: {{.status_code}} {{.error}}, {{.model}} {{.source}} after attempt "
        "{{.attempt}}, {{.duration_ms}} ms",
        level="error",
    ),
    "api_refusal": Words(
        text="{{.model}} refused a request of {{.source}} {{.category}}", level="warning"
    ),
    "api_request": Words(
        text="request {{.model}} {{.source}} ${{round .cost_usd 4}} in {{.duration_ms}} ms: "
        "{{.input_tokens}} tokens in, {{.output_tokens}} out, {{.cache_read_tokens}} from and "
        "{{.cache_creation_tokens}} to the cache"
    ),
    "api_retries_exhausted": Words(
        text="gave up after {{.total_attempts}} attempts in {{.total_retry_duration_ms}} ms: "
        "{{.status_code}} {{.error}}, {{.model}}",
        level="error",
    ),
    "assistant_response": Words(text="answer of {{.response_length}} characters {{.response}}"),
    "compaction": Words(
        text="compaction ({{.trigger}}): {{.pre_tokens}} to {{.post_tokens}} tokens"
    ),
    "hook_execution_complete": Words(
        text="hooks of {{.hook_name}}: {{.num_success}} ok, {{.num_blocking}} blocking, "
        "{{.num_non_blocking_error}} failed in {{.total_duration_ms}} ms"
    ),
    "hook_execution_start": Words(text="hooks of {{.hook_name}} begin"),
    "internal_error": Words(text="internal error {{.error_name}} {{.error_code}}", level="error"),
    "mcp_server_connection": Words(
        text="MCP server {{.server_name}} {{.status}} over {{.transport_type}} {{.error_code}} "
        "{{.error}}",
        level="warning",
        when='eq .status "failed"',
    ),
    "permission_mode_changed": Words(text="mode {{.from_mode}} to {{.to_mode}}"),
    "skill_activated": Words(text="skill {{.skill_name}} by {{.invocation_trigger}}"),
    "subagent_completed": Words(
        text="subagent {{.agent_type}} returned after {{.total_tool_uses}} tool calls, "
        "{{.duration_ms}} ms"
    ),
    "tool_decision": Words(
        text="decision on {{.tool_name}}: {{.decision}} by {{.source}}",
        level="warning",
        when='eq .decision "reject"',
    ),
    "tool_result": Words(
        text="tool {{.tool_name}} "
        '{{if eq .success "true"}}ok{{else}}failed: '
        "{{.error_type}}{{with .error}} {{.}}{{end}}{{end}} "
        "in {{.duration_ms}} ms{{with .tool_result_size_bytes}}, {{.}} bytes{{end}}",
        level="warning",
        when='eq .success "false"',
    ),
    "user_prompt": Words(
        text="prompt of {{.prompt_length}} characters {{.command_name}} {{.prompt}}"
    ),
}
"""Events that have words of their own; of all others a line says the name."""


def readable(*names: str, where: str = "", **attributes: str) -> str:
    """Events of these names, or of all, as lines with levels.

    `attributes` narrow them by regular expressions, `where` by a stage of its own.
    """
    selected = logql.events(*names, **attributes) + (f" | {where}" if where else "")
    chosen = {name: words for name, words in WORDS.items() if not names or name in names}
    texts = ((name, "", words.text) for name, words in chosen.items())
    levels = (
        (name, words.when, words.level) for name, words in chosen.items() if words.level != "info"
    )
    level, text = _switch(levels, "info"), _switch(texts, "{{.event_name}}")
    return f"{selected} | label_format level=`{level}` | line_format `{text}`"


def _switch(cases: Iterator[tuple[str, str, str]], otherwise: str) -> str:
    """The template that gives each event, under its condition, its own text."""
    branches = [f"if {_condition(name, when)}}}}}{text}" for name, when, text in cases]
    if not branches:
        return otherwise
    return "{{" + "{{else ".join(branches) + "{{else}}" + otherwise + "{{end}}"


def _condition(name: str, when: str) -> str:
    is_event = f'eq .event_name "{name}"'
    return f"and ({is_event}) ({when})" if when else is_event
