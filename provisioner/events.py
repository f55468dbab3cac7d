"""What is arriving right now? Events from Loki, one readable line each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from provisioner.backends import Entry, Loki

SELECTOR = '{service_name=~"claude-code.*"}'
POLL_SECONDS = 1.0
OVERLAP_NS = 30 * 10**9
"""Entries arrive a little after their own time, and not in order: look this far back again."""

TELLING = {
    "api_error": ("model", "status_code", "error", "attempt"),
    "api_refusal": ("model", "source"),
    "api_request": (
        "model",
        "source",
        "cost_usd",
        "duration_ms",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_creation_tokens",
    ),
    "api_retries_exhausted": ("model", "status_code", "total_attempts"),
    "assistant_response": ("model", "response_length"),
    "compaction": ("trigger", "pre_tokens", "post_tokens", "success"),
    "hook_execution_complete": ("hook_name", "num_success", "num_blocking", "total_duration_ms"),
    "mcp_server_connection": ("status", "transport_type", "server_name", "error_code"),
    "plugin_loaded": ("plugin_name", "plugin_scope"),
    "subagent_completed": ("agent_type", "model", "total_tool_uses", "duration_ms"),
    "tool_decision": ("tool_name", "decision", "source"),
    "tool_result": ("tool_name", "success", "duration_ms", "error_type"),
    "user_prompt": ("prompt_length", "command_name"),
}
"""What a person wants to know of an event; of one that is not listed here, everything is shown."""

PLUMBING = (
    "anthropic_",
    "app_",
    "detected_level",
    "event_",
    "host_",
    "message_uuid",
    "observed_timestamp",
    "organization_id",
    "origin",
    "os_",
    "plugin_id_hash",
    "project",
    "prompt_id",
    "request_id",
    "scope_",
    "service_",
    "session_id",
    "team",
    "terminal_type",
    "tool_use_id",
    "user",
    "vcs_",
)
"""How attributes start that all events have or that only join records."""


def recent(loki: Loki, seconds: int, limit: int) -> list[Entry]:
    """The newest events of the last seconds, oldest first."""
    now = time.time_ns()
    span = (now - seconds * 10**9, now + OVERLAP_NS)
    return loki.entries(SELECTOR, *span, limit, newest=True) if limit else []


def follow(loki: Loki, since_ns: int, shown: Iterable[Entry] = ()) -> Iterator[Entry]:
    """Events as they arrive, until the caller stops; each one once, and those shown not again."""
    seen = {_key(entry): entry.at_ns for entry in shown}
    start = since_ns
    while True:
        now = time.time_ns()
        for entry in loki.entries(SELECTOR, start, now + OVERLAP_NS):
            if _key(entry) not in seen:
                seen[_key(entry)] = entry.at_ns
                yield entry
        start = max(since_ns, now - OVERLAP_NS)
        seen = {key: at_ns for key, at_ns in seen.items() if at_ns >= start}
        time.sleep(POLL_SECONDS)


def _key(entry: Entry) -> tuple[int, str, str]:
    return entry.at_ns, entry.line, str(sorted(entry.attributes.items()))


def line(entry: Entry) -> str:
    """One event as a line: local time, session, project, name, and what it says."""
    attributes = entry.attributes
    at = datetime.fromtimestamp(entry.at_ns / 1e9).astimezone()
    name = attributes.get("event_name", entry.line)
    session = attributes.get("session_id", "")[:8] or "-"
    project = attributes.get("project", "unknown")
    facts = " ".join(f"{key}={_word(value)}" for key, value in _facts(name, attributes))
    return f"{at:%H:%M:%S} {session:8} {project} {name} {facts}".rstrip()


def _facts(name: str, attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    if name in TELLING:
        return [(key, attributes[key]) for key in TELLING[name] if key in attributes]
    return sorted(each for each in attributes.items() if not each[0].startswith(PLUMBING))


def _word(value: str) -> str:
    flat = " ".join(value.split())
    return f'"{flat}"' if " " in flat or not flat else flat
