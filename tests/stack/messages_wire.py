"""What do requests to the Messages API say, and how are its answers written?"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

from tests.stack.scripts import Answer, Failure, ToolUse, Usage

BACKGROUND = "background"
MARKER = re.compile(r"script:([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What of a request decides its answer."""

    model: str
    stream: bool
    session_id: str
    agent_id: str
    tool_names: tuple[str, ...]
    script: str
    answered: int


def read_request(body: bytes, headers: Message) -> Request:
    asked: dict[str, Any] = json.loads(body)
    messages = asked.get("messages", [])
    tool_names = tuple(tool["name"] for tool in asked.get("tools", []))
    return Request(
        model=asked.get("model", ""),
        stream=asked.get("stream", False),
        session_id=headers.get("X-Claude-Code-Session-Id", ""),
        agent_id=headers.get("X-Claude-Code-Agent-Id", ""),
        tool_names=tool_names,
        # The client's own background requests may repeat a prompt, but they offer no tools.
        script=_marker(messages) if tool_names else BACKGROUND,
        answered=sum(message["role"] == "assistant" for message in messages),
    )


def _marker(messages: list[dict[str, Any]]) -> str:
    """The script that the first prompt asks for; what the client attaches to it does not count."""
    content = next((message["content"] for message in messages if message["role"] == "user"), "")
    blocks = [{"text": content}] if isinstance(content, str) else content
    texts = (block.get("text", "") for block in blocks)
    found = (MARKER.search(text) for text in texts if not text.startswith("<system-reminder>"))
    return next((match.group(1) for match in found if match), BACKGROUND)


def failure_body(failure: Failure, request_id: str) -> dict[str, object]:
    error = {"type": failure.error_type, "message": failure.message}
    return {"type": "error", "error": error, "request_id": request_id}


def response_body(step: Answer | ToolUse, request: Request) -> dict[str, object]:
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "model": step.model or request.model,
        "content": [_block(step, request)],
        "stop_reason": "tool_use" if isinstance(step, ToolUse) else "end_turn",
        "stop_sequence": None,
        "usage": _usage(step.usage),
    }


def response_stream(step: Answer | ToolUse, request: Request) -> bytes:
    """The same response as server-sent events; only the last one knows all output tokens."""
    response = response_body(step, request)
    end = {key: response[key] for key in ("stop_reason", "stop_sequence")}
    ended = {"output_tokens": step.usage.output_tokens}
    begun = _usage(replace(step.usage, output_tokens=1))
    start = response | dict.fromkeys(end) | {"content": [], "usage": begun}
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": _empty_block(step, request)},
        {"type": "content_block_delta", "index": 0, "delta": _delta(step)},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": ended},
        {"type": "message_stop"},
    ]
    return b"".join(_event(event) for event in events)


def _block(step: Answer | ToolUse, request: Request) -> dict[str, object]:
    if isinstance(step, Answer):
        return {"type": "text", "text": step.text}
    return {
        "type": "tool_use",
        "id": f"toolu_{uuid.uuid4().hex}",
        "name": step.name_among(request.tool_names),
        "input": dict(step.input),
    }


def _empty_block(step: Answer | ToolUse, request: Request) -> dict[str, object]:
    empty: dict[str, object] = {"text": ""} if isinstance(step, Answer) else {"input": {}}
    return _block(step, request) | empty


def _delta(step: Answer | ToolUse) -> dict[str, object]:
    if isinstance(step, Answer):
        return {"type": "text_delta", "text": step.text}
    return {"type": "input_json_delta", "partial_json": json.dumps(dict(step.input))}


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        },
    }


def _event(event: Mapping[str, object]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
