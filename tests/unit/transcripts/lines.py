"""What do transcripts look like? Lines as the client writes them, and files made of them.

`answer()` is the base line of all cases: Opus 4.7 with 100 input tokens. A case says only in what
it differs: `answer("msg_1", output=159)`, `answer() | {"requestId": None}`. A line of another
session than its file's is a copy: give both the same.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provisioner.transcripts.model import PICODOLLARS

Line = dict[str, Any]

AT = "2026-08-03T10:00:00.000Z"
AT_MS = 1_785_751_200_000
MODEL = "claude-opus-4-7"
PROJECT = "/srv/ada/widgets"
UNPRICED = "my-model"
FOLDER = "-srv-ada-widgets"
SESSION = "5e551011-0000-4000-8000-000000000001"


def at(seconds: float) -> str:
    """The client's timestamp some time after `AT`."""
    moment = datetime.fromtimestamp(AT_MS / 1000, tz=UTC) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def usage(  # noqa: PLR0913 - the counters there are
    *,
    tokens: int = 100,
    output: int = 0,
    cache_read: int = 0,
    write_5m: int = 0,
    write_1h: int = 0,
    searches: int = 0,
) -> Line:
    """Counts of one response, written as the client does it since caches have two lives."""
    return {
        "input_tokens": tokens,
        "cache_creation_input_tokens": write_5m + write_1h,
        "cache_read_input_tokens": cache_read,
        "output_tokens": output,
        "server_tool_use": {"web_search_requests": searches, "web_fetch_requests": 0},
        "service_tier": "standard",
        "cache_creation": {
            "ephemeral_1h_input_tokens": write_1h,
            "ephemeral_5m_input_tokens": write_5m,
        },
        "inference_geo": "",
        "iterations": [],
        "speed": "standard",
    }


def answer(  # noqa: PLR0913 - what cases change most often
    message_id: str | None = "msg_1",
    *,
    request_id: str | None = "req_1",
    when: str | float = AT,
    model: str = MODEL,
    session: str = SESSION,
    cwd: str = PROJECT,
    agent_id: str = "",
    counts: Line | None = None,
    **counters: int,
) -> Line:
    """One line of an answer; `counters` are those of `usage()`, `counts` replaces them all.

    What is None is not written. `when` is a timestamp, or seconds after `AT`.
    """
    message = {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": "Done."}],
        "stop_reason": "end_turn",
        "usage": usage(**counters) if counts is None else counts,
    }
    line = {
        "parentUuid": "0d282aba-0b4b-48ff-b477-ebdb1de2365f",
        "isSidechain": bool(agent_id),
        "agentId": agent_id or None,
        "message": {key: value for key, value in message.items() if value is not None},
        "requestId": request_id,
        "attributionAgent": "general-purpose" if agent_id else None,
        "type": "assistant",
        "uuid": f"uuid-{message_id}",
        "timestamp": when if isinstance(when, str) else at(when),
        "effort": "medium",
        "userType": "external",
        "entrypoint": "cli",
        "cwd": cwd,
        "sessionId": session,
        "version": "2.1.330",
        "gitBranch": "main",
    }
    return {key: value for key, value in line.items() if value is not None}


def prompt(
    prompt_id: str = "prompt-1",
    *,
    when: str | float = AT,
    session: str = SESSION,
    cwd: str = PROJECT,
    text: str = "Please.",
) -> Line:
    """What the user said; answers after it belong to its prompt."""
    return {
        "parentUuid": None,
        "isSidechain": False,
        "promptId": prompt_id,
        "type": "user",
        "message": {"role": "user", "content": text},
        "uuid": f"uuid-{prompt_id}",
        "timestamp": when if isinstance(when, str) else at(when),
        "entrypoint": "cli",
        "cwd": cwd,
        "sessionId": session,
        "version": "2.1.330",
    }


def started(session: str = SESSION, *, when: str | float = AT) -> Line:
    """The line with which a file begins: the moment at which its session came to be."""
    moment = when if isinstance(when, str) else at(when)
    return {
        "type": "queue-operation",
        "operation": "enqueue",
        "timestamp": moment,
        "sessionId": session,
    }


def echoed(line: Line, *, session: str = SESSION) -> Line:
    """A subagent's answer as its parent's transcript repeats it."""
    return {
        "type": "progress",
        "data": {"type": "agent_progress", "agentId": "a1", "message": line},
        "uuid": "uuid-progress",
        "timestamp": line.get("timestamp", AT),
        "cwd": line.get("cwd", PROJECT),
        "sessionId": session,
    }


class FlatPrices:
    """A price list on which every token costs a millionth of a dollar, whatever it is."""

    def __init__(self, version: str = "1", micros: int = 1) -> None:
        self.version = version
        self._token = micros * PICODOLLARS // 10**6

    def cost(self, model: str, _at_ms: int, /, *tokens: int) -> int | None:
        """Nothing is known of models that nobody makes."""
        return None if model == UNPRICED else sum(tokens) * self._token

    def billed(  # noqa: PLR0913, PLR0917 - the columns of a row
        self,
        model: str,
        at_ms: int,
        tokens: int,
        output: int,
        cache_read: int,
        write_5m: int,
        write_1h: int,
        _speed: str,
        _geo: str,
        _tier: str,
        _searches: int,
        /,
    ) -> int | None:
        """No more than the tokens."""
        return self.cost(model, at_ms, tokens, output, cache_read, write_5m, write_1h)


def text_of(line: Line | str) -> str:
    """A line as the client writes it, without its end; text stays as it is."""
    if isinstance(line, str):
        return line
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def write_transcript(root: Path, name: str, *lines: Line | str) -> Path:
    """Write a file below a `projects` folder: `-srv-ada-widgets/SESSION.jsonl`."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{text_of(line)}\n" for line in lines), encoding="utf-8", newline="")
    return path


def write_session(
    root: Path, *lines: Line | str, session: str = SESSION, folder: str = FOLDER
) -> Path:
    """Write one session's own file below a `projects` folder."""
    return write_transcript(root, f"{folder}/{session}.jsonl", *lines)


def write_subagent(
    root: Path,
    *lines: Line | str,
    agent_id: str = "a1",
    session: str = SESSION,
    folder: str = FOLDER,
) -> Path:
    """Write a subagent's file of a session."""
    return write_transcript(root, f"{folder}/{session}/subagents/agent-{agent_id}.jsonl", *lines)
