"""What does a session do besides asking a model? Its prompts, tool calls, errors and subagents.

Told by the same lines as its answers and their tools' results. Each is known by an id, so a line
that is read again counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from provisioner.transcripts.plain import UNREADABLE
from provisioner.transcripts.values import moment

_MARKS = (b'"assistant"', b'"user"', b'"compact_boundary"')
"""What a line holds that tells anything here; many others are long."""


class ToolUse(NamedTuple):
    """How often a tool was called, failed, and is being waited for."""

    calls: int
    failed: int
    running: int


class Activity:
    """Takes the lines of a session's files, in any order."""

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}
        self._has_failed: dict[str, bool] = {}
        self._errors: set[str] = set()
        self._prompts: set[str] = set()
        self._compactions: set[str] = set()

    @property
    def prompts(self) -> int:
        """What the person asked; a subagent's task is none."""
        return len(self._prompts)

    @property
    def errors(self) -> int:
        """Requests that the API refused for good."""
        return len(self._errors)

    @property
    def compactions(self) -> int:
        return len(self._compactions)

    def tools(self) -> dict[str, ToolUse]:
        """The tools that were called, those called most often first."""
        results = {each: bad for each, bad in self._has_failed.items() if each in self._calls}
        calls = Counter(self._calls.values())
        ended = Counter(self._calls[each] for each in results)
        failed = Counter(self._calls[each] for each, bad in results.items() if bad)
        ordered = sorted(calls, key=lambda name: (-calls[name], name))
        return {
            name: ToolUse(calls[name], failed[name], calls[name] - ended[name]) for name in ordered
        }

    def take(self, line: bytes, born_ms: int = 0) -> None:
        """Note what a line tells; what is no record tells nothing.

        What is older than its file, which came to be at `born_ms`, was copied from another session.
        """
        if not any(mark in line for mark in _MARKS):
            return
        try:
            record = msgspec.json.decode(line)
        except UNREADABLE:
            return
        if isinstance(record, dict) and not _is_older(record, born_ms):
            self._note(record)

    def _note(self, record: Mapping[str, Any]) -> None:
        uuid = _text(record.get("uuid"))
        match record.get("type"):
            case "assistant" if record.get("isApiErrorMessage") is True:
                self._errors.add(uuid)
            case "assistant":
                for block in _blocks(record, "tool_use"):
                    self._calls[_text(block.get("id"))] = _text(block.get("name"))
            case "user":
                self._note_user(record)
            case "system" if record.get("subtype") == "compact_boundary":
                self._compactions.add(uuid)

    def _note_user(self, record: Mapping[str, Any]) -> None:
        results = list(_blocks(record, "tool_result"))
        for block in results:
            self._has_failed[_text(block.get("tool_use_id"))] = block.get("is_error") is True
        is_told = record.get("isMeta") is True or record.get("isSidechain") is True
        prompt_id = _text(record.get("promptId"))
        if prompt_id and not results and not is_told:
            self._prompts.add(prompt_id)


def _is_older(record: Mapping[str, Any], born_ms: int) -> bool:
    at_ms = moment(record.get("timestamp")) if born_ms else None
    return at_ms is not None and at_ms < born_ms


def _blocks(record: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict) and block.get("type") == kind:
            yield block


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
