"""What happened, event by event?"""

from __future__ import annotations

from provisioner.dashboards import logql
from provisioner.dashboards.annotations import COMPACTION, annotations
from provisioner.dashboards.ask import lines, over_time_from_events
from provisioner.dashboards.model import Dashboard, Row, Text
from provisioner.dashboards.panels import Bars, Events, Unit
from provisioner.dashboards.performance import FINAL_ERROR

SESSION = Text(name="session", title="Session", why="A session's id, or a regular expression")
_PROMPT = Text(name="prompt", title="Prompt", why="A prompt's id, or a regular expression")
_TOOL = Text(name="tool", title="Tool", why="A tool's name, or a regular expression")

TOOL = (
    '{{.tool_name}} {{if eq .success "true"}}ok{{else}}failed {{.error_type}} {{.error}}{{end}} '
    "in {{.duration_ms}} ms, {{.tool_result_size_bytes}} bytes"
)
PROMPT = "prompt of {{.prompt_length}} characters {{.command_name}} {{.prompt}}"
DECISION = "{{.tool_name}} {{.decision}} by {{.source}}"
REQUEST = (
    "{{.model}} {{.source}} ${{.cost_usd}} in {{.duration_ms}} ms: {{.input_tokens}} in, "
    "{{.output_tokens}} out, {{.cache_read_tokens}} from and {{.cache_creation_tokens}} to cache"
)
HOOKS = (
    "hooks of {{.hook_name}}: {{.num_success}} ok, {{.num_blocking}} blocking, "
    "{{.num_non_blocking_error}} failed in {{.total_duration_ms}} ms"
)
MCP = "MCP server {{.server_name}} {{.status}} over {{.transport_type}} {{.error_code}} {{.error}}"
SUBAGENT = "{{.agent_type}} returned after {{.total_tool_uses}} tool calls, {{.duration_ms}} ms"

_TEMPLATES = {
    "api_request": REQUEST,
    "api_error": FINAL_ERROR,
    "tool_result": TOOL,
    "tool_decision": DECISION,
    "user_prompt": PROMPT,
    "compaction": COMPACTION,
    "hook_execution_complete": HOOKS,
    "mcp_server_connection": MCP,
    "subagent_completed": SUBAGENT,
    "skill_activated": "skill {{.skill_name}} by {{.invocation_trigger}}",
    "permission_mode_changed": "mode {{.from_mode}} → {{.to_mode}}",
}
_BRANCHES = "".join(
    f'{{{{else if eq .event_name "{name}"}}}}{template}' for name, template in _TEMPLATES.items()
)
ANY = "{{.event_name}}  " + _BRANCHES.replace("{{else if", "{{if", 1) + "{{end}}"
"""A readable line for any event; of those that have no words here, the name."""

LEVELS = {
    "error": 'or (eq .event_name "api_error") (eq .event_name "internal_error")',
    "warning": 'or (eq .success "false") (eq .decision "reject") (eq .status "failed")',
}


def events() -> Dashboard:
    """Every kind of event as readable lines."""
    return Dashboard(
        name="events",
        title="Claude Code event logs",
        question="What happened, event by event?",
        texts=(SESSION, _PROMPT, _TOOL),
        annotations=annotations(),
        start="now/d",
        rows=(_kinds(), _tools(), _prompts(), _around(), _everything()),
    )


def _kinds() -> Row:
    every = logql.events(session_id="$session", prompt_id="$prompt")
    return Row(
        title="How many",
        panels=(
            Bars(
                title="Events by Name",
                why="How many events of each kind arrived in each step.",
                unit=Unit.COUNT,
                queries=(
                    over_time_from_events(logql.bars_by(every, "event_name"), "{{event_name}}"),
                ),
            ),
        ),
    )


def _tools() -> Row:
    failed = {"warning": 'eq .success "false"'}
    return Row(
        title="Tools and requests",
        panels=(
            Events(
                title="Tool Execution Events",
                why="Calls that ran, the newest first.",
                query=lines(logql.lines(_of("tool_result", tool_name="$tool"), TOOL, failed)),
            ),
            Events(
                title="API Error Events",
                why="Model requests that failed for good, the newest first.",
                query=lines(logql.lines(_of("api_error"), FINAL_ERROR, {"error": "true"})),
            ),
        ),
    )


def _prompts() -> Row:
    rejected = {"warning": 'eq .decision "reject"'}
    return Row(
        title="Prompts and decisions",
        panels=(
            Events(
                title="Prompts",
                why="Prompts submitted. Their text is there only if a person switched it on, in "
                "the client and in the stack.",
                query=lines(logql.lines(_of("user_prompt"), PROMPT)),
            ),
            Events(
                title="Decisions",
                why="What was allowed and what was not, and by whom.",
                query=lines(
                    logql.lines(_of("tool_decision", tool_name="$tool"), DECISION, rejected)
                ),
            ),
        ),
    )


def _around() -> Row:
    names = ("compaction", "hook_execution_complete", "mcp_server_connection", "skill_activated")
    return Row(
        title="Around them",
        panels=(
            Events(
                title="Compactions, Hooks, MCP and Skills",
                why="Compactions of the context, hooks that ran, MCP servers that came and went, "
                "skills that were activated.",
                query=lines(logql.lines(_of(*names), ANY, LEVELS)),
            ),
        ),
    )


def _everything() -> Row:
    return Row(
        title="Everything",
        panels=(
            Events(
                title="Everything of a Prompt",
                why="All events in their order; set Prompt to an id to see what one prompt caused.",
                query=lines(logql.lines(_of(), ANY, LEVELS)),
                is_story=True,
            ),
        ),
    )


def _of(*names: str, **where: str) -> str:
    return logql.events(*names, session_id="$session", prompt_id="$prompt", **where)
