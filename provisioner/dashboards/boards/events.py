"""What happened, event by event?"""

from __future__ import annotations

from provisioner.dashboards.ask import lines, over_time
from provisioner.dashboards.boards.moments import moments
from provisioner.dashboards.model import Dashboard, Row, Text
from provisioner.dashboards.panels import Bars, Events, Unit
from provisioner.dashboards.queries import bars_by, of
from provisioner.dashboards.readable import readable

_SESSION = Text(name="session", title="Session", why="A session's id, or a regular expression")
_PROMPT = Text(name="prompt", title="Prompt", why="A prompt's id, or a regular expression")
_TOOL = Text(name="tool", title="Tool", why="A tool's name, or a regular expression")
_CHOSEN = {"session_id": "$session", "prompt_id": "$prompt"}


def events() -> Dashboard:
    """Every kind of event as readable lines."""
    return Dashboard(
        name="events",
        title="Event Logs",
        question="What happened, event by event?",
        texts=(_SESSION, _PROMPT, _TOOL),
        annotations=moments(),
        start="now/d",
        rows=(_kinds(), _tools(), _prompts(), _around(), _everything()),
    )


def _kinds() -> Row:
    return Row(
        title="How many",
        panels=(
            Bars(
                title="Events by Name",
                why="How many events of each kind there were between a bar's start and the next.",
                unit=Unit.COUNT,
                queries=(over_time(bars_by(of("ledger_events"), "event_name"), "{{event_name}}"),),
            ),
        ),
    )


def _tools() -> Row:
    return Row(
        title="Tools and requests",
        panels=(
            Events(
                title="Tool Execution Events",
                why="Calls that ran, the newest first.",
                query=lines(readable("tool_result", tool_name="$tool", **_CHOSEN)),
            ),
            Events(
                title="API Error Events",
                why="Model requests that failed for good, and refusals, the newest first.",
                query=lines(
                    readable("api_error", "api_retries_exhausted", "api_refusal", **_CHOSEN)
                ),
            ),
        ),
    )


def _prompts() -> Row:
    return Row(
        title="Prompts and decisions",
        panels=(
            Events(
                title="Prompts",
                why="Prompts submitted. Their text is there only if a person switched it on, in "
                "the client and in the stack.",
                query=lines(readable("user_prompt", **_CHOSEN)),
            ),
            Events(
                title="Decisions",
                why="What was allowed and what was not, and by whom.",
                query=lines(readable("tool_decision", tool_name="$tool", **_CHOSEN)),
            ),
        ),
    )


def _around() -> Row:
    return Row(
        title="Around them",
        panels=(
            Events(
                title="Compactions and Modes",
                why="Compactions of the context, changes of the permission mode, subagents that "
                "returned.",
                query=lines(
                    readable(
                        "compaction", "permission_mode_changed", "subagent_completed", **_CHOSEN
                    )
                ),
            ),
            Events(
                title="Hooks, MCP and Skills",
                why="Hooks that ran, MCP servers that came and went, skills that were activated.",
                query=lines(
                    readable(
                        "hook_execution_complete",
                        "mcp_server_connection",
                        "skill_activated",
                        **_CHOSEN,
                    )
                ),
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
                query=lines(readable(**_CHOSEN)),
                is_story=True,
                height=16,
            ),
        ),
    )
