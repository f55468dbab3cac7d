"""What is arriving right now? Events from Loki, one readable line each."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from provisioner.backends import Entry, Loki
from provisioner.errors import BackendError
from provisioner.event_attributes import PLUMBING
from provisioner.runtime.model import Report

SELECTOR = '{service_name=~"claude-code.*"}'
NAME = re.compile("[a-z][a-z0-9_.]{0,63}")
POLL_SECONDS = 1.0
OVERLAP_NS = 11 * 60 * 10**9
"""Clients retry, and clocks differ: the collector takes an event's own time for up to ten minutes
around its arrival. So look this far back, and ahead, again and again."""

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


def recent(loki: Loki, seconds: int, limit: int) -> list[Entry]:
    """The newest events of the last seconds, oldest first."""
    now = time.time_ns()
    return loki.entries(SELECTOR, now - seconds * 10**9, now + OVERLAP_NS, limit, newest=True)


def settled(loki: Loki) -> list[Entry]:
    """What is there already of the time in which events may still arrive."""
    now = time.time_ns()
    return loki.entries(SELECTOR, now - OVERLAP_NS, now + OVERLAP_NS)


def follow(loki: Loki, known: Iterable[Entry], report: Report) -> Iterator[Entry]:
    """Events as they arrive, until the caller stops; each once, and those known not at all.

    While Loki does not answer, that is reported once; then it goes on where it was.
    """
    seen = {entry.identity: entry.at_ns for entry in known}
    start, is_waiting = time.time_ns() - OVERLAP_NS, False
    while True:
        asked, now = time.monotonic(), time.time_ns()
        try:
            found = loki.entries(SELECTOR, start, now + OVERLAP_NS)
        except BackendError as error:
            if not is_waiting:
                report(f"waiting for Loki: {error}")
            is_waiting = True
        else:
            is_waiting = False
            new = {entry.identity: entry for entry in found if entry.identity not in seen}
            yield from new.values()
            start = now - OVERLAP_NS
            seen |= {identity: entry.at_ns for identity, entry in new.items()}
            seen = {identity: at_ns for identity, at_ns in seen.items() if at_ns >= start}
        # A team's events of so many minutes take long to read: leave Loki time for others.
        time.sleep(max(POLL_SECONDS, time.monotonic() - asked))


def line(entry: Entry) -> str:
    """One event as a line: local time, session, project, name, and what it says."""
    attributes = entry.attributes
    at = datetime.fromtimestamp(entry.at_ns / 1e9).astimezone()
    name = _name(attributes.get("event_name_client", "")) or attributes.get(
        "event_name", entry.line
    )
    session = attributes.get("session_id", "")[:8] or "-"
    project = attributes.get("project", "unknown")
    facts = " ".join(f"{key}={_word(value)}" for key, value in _facts(name, attributes))
    return f"{at:%H:%M:%S} {session:8} {project} {name} {facts}".rstrip()


def _name(said: str) -> str:
    """An event's own name, if the stack does not know it; nothing, if it is no name."""
    return said if NAME.fullmatch(said) else ""


def _facts(name: str, attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    if name in TELLING:
        return [(key, attributes[key]) for key in TELLING[name] if key in attributes]
    return sorted(each for each in attributes.items() if not each[0].startswith(PLUMBING))


def _word(value: str) -> str:
    flat = " ".join(value.split())
    return f'"{flat}"' if " " in flat or not flat else flat
