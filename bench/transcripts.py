"""What would a busy person's transcripts be? Invented from a seed, together with their truth.

The shapes are those of the real client: a response over several lines whose output grows, results
of tools that are written twice, what was asked of the API, subagents in files of their own and
echoed by old clients, forks that copy a session, lines that are the client's own words.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec

Line = dict[str, Any]

MODELS = ("claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5-20251001")
PROJECTS = tuple(f"/srv/code/{name}" for name in ("atlas", "billing", "console", "docs", "engine"))
END = datetime(2026, 8, 31, 18, tzinfo=UTC)
DAYS = 60

_WORDS = (
    'def return import "quoted" path/to/file.py self.value = {} # note\n\t<div class="x"> if not'
)
_POOL_BYTES = 4_000_000
_SHAPE_BYTES = 38_000
_LARGEST_RESULT = 200_000
COUNTERS = ("input", "output", "cache_read", "write_5m", "write_1h")


@dataclass(slots=True)
class Truth:
    """What was spent: each response once."""

    responses: int = 0
    sessions: int = 0
    lines: int = 0
    answer_lines: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    by_model: Counter[str] = field(default_factory=Counter)
    by_day: Counter[str] = field(default_factory=Counter)


def write_transcripts(root: Path, *, seed: int, megabytes: float) -> Truth:
    """Fill a `projects` folder with about so much; the same seed writes the same."""
    world = _World(Random(seed))  # noqa: S311 - invented, no secret
    written = 0
    while written < megabytes * 1_000_000:
        written += _Session(world, root).write()
    return world.truth


class _World:
    """Chance, the truth so far, and text to take pieces of."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.truth = Truth()
        words = _WORDS.split(" ")
        self._pool = " ".join(chance.choices(words, k=_POOL_BYTES // 8))

    def text(self, middle: int, spread: float = 1.2) -> str:
        """Some text: half of all pieces are longer than `middle`."""
        length = int(min(self.chance.lognormvariate(math.log(middle), spread), _LARGEST_RESULT))
        start = self.chance.randrange(len(self._pool) - length)
        return self._pool[start : start + length]

    def id(self, prefix: str = "") -> str:
        """An id that nothing else has."""
        digits = f"{self.chance.getrandbits(128):032x}"
        if prefix:
            return f"{prefix}_{digits}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class _Session:
    """One session and its subagents; perhaps forked in the end."""

    def __init__(self, world: _World, root: Path) -> None:
        self.world = world
        self.chance = world.chance
        self.id = world.id()
        self.project = self.chance.choice(PROJECTS)
        self.folder = root / self.project.replace("/", "-")
        self.at = END - timedelta(seconds=self.chance.uniform(0, DAYS * 86_400))
        self.model = self.chance.choices(MODELS, (6, 3, 1))[0]
        # Gateways and old clients tell no request.
        self.has_requests = self.chance.random() < 0.95  # noqa: PLR2004
        self.echoes = self.chance.random() < 0.1  # noqa: PLR2004
        self.lines: list[Line] = []

    def write(self) -> int:
        """Write its files; their bytes."""
        self.world.truth.sessions += 1
        self._add("queue-operation", operation="enqueue")
        self._add("api-request-shape", shape={"system": self.world.text(_SHAPE_BYTES, 0.1)})
        written = 0
        for _ in range(self.chance.randint(1, 12)):
            written += self._prompt()
        written += self._save(f"{self.id}.jsonl", self.lines)
        if self.chance.random() < 0.06:  # noqa: PLR2004
            written += self._fork()
        return written

    def _prompt(self) -> int:
        self.prompt = self.world.id()
        self._user(self.world.text(200))
        written = 0
        for _ in range(self.chance.randint(1, 14)):
            self._add("api-request", params={"model": self.model, "messages": ["x" * 64] * 12})
            self._respond(self.lines)
            self._result(self.world.text(1500))
            if self.chance.random() < 0.04:  # noqa: PLR2004
                written += self._subagent()
            if self.chance.random() < 0.01:  # noqa: PLR2004
                self._fail()
        return written

    def _respond(self, lines: list[Line], agent_id: str = "") -> None:
        """One response, over as many lines as it has blocks."""
        usage, blocks = self._usage(), self.chance.choice((1, 2, 2, 3))
        common = {"id": self.world.id("msg"), "type": "message", "role": "assistant"}
        request = {"requestId": self.world.id("req")} if self.has_requests else {}
        for block in range(blocks):
            is_last = block == blocks - 1
            told = usage | ({} if is_last else {"output_tokens": self.chance.randint(1, 4)})
            content = [{"type": "tool_use", "input": {"command": self.world.text(400)}}]
            message = common | {"model": self.model, "content": content, "usage": told}
            more = {"agentId": agent_id} if agent_id else {}
            lines.append(self._line("assistant", message=message, **request, **more))
        self._note(usage, blocks)

    def _note(self, usage: Line, blocks: int) -> None:
        truth, split = self.world.truth, usage["cache_creation"]
        told = (
            *(usage["input_tokens"], usage["output_tokens"], usage["cache_read_input_tokens"]),
            *(split["ephemeral_5m_input_tokens"], split["ephemeral_1h_input_tokens"]),
        )
        truth.responses += 1
        truth.answer_lines += blocks
        truth.tokens.update(dict(zip(COUNTERS, told, strict=True)))
        truth.by_model[self.model] += sum(told)
        truth.by_day[f"{self.at:%Y-%m-%d}"] += sum(told)

    def _usage(self) -> Line:
        brief, long = self.chance.choice(((0, 0), (900, 0), (2000, 1500), (0, 3000)))
        chance = self.chance.randint
        return {
            "input_tokens": chance(1, 400),
            "cache_creation_input_tokens": brief + long,
            "cache_read_input_tokens": chance(5_000, 150_000),
            "output_tokens": chance(5, 3000),
            "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
            "service_tier": "standard",
            "cache_creation": {
                "ephemeral_1h_input_tokens": long,
                "ephemeral_5m_input_tokens": brief,
            },
            "inference_geo": "",
            "iterations": [],
            "speed": "standard",
        }

    def _subagent(self) -> int:
        agent_id, lines = self.world.id()[:8], list[Line]()
        own = {"agentId": agent_id, "promptId": self.prompt}
        lines.append(self._line("user", **own, message={"role": "user", "content": "Look."}))
        for _ in range(self.chance.randint(2, 10)):
            before = len(lines)
            self._respond(lines, agent_id)
            self._echo(lines[before:])
            text = self.world.text(1500)
            lines.append(self._line("user", **own, message=_tool_result(text)))
        total = {"usage": {"input_tokens": 1, "output_tokens": 2}, "totalTokens": 3}
        self._add("user", message=_tool_result("Found."), toolUseResult=total)
        return self._save(f"{self.id}/subagents/agent-{agent_id}.jsonl", lines)

    def _echo(self, lines: list[Line]) -> None:
        if self.echoes:
            for line in lines:
                self._add("progress", data={"type": "agent_progress", "message": line})
            self.world.truth.answer_lines += len(lines)

    def _user(self, text: str) -> None:
        self._add("user", promptId=self.prompt, message={"role": "user", "content": text})

    def _result(self, text: str) -> None:
        """What a tool said, which the client writes twice."""
        result: Line = {"stdout": text, "stderr": "", "interrupted": False}
        self._add("user", promptId=self.prompt, message=_tool_result(text), toolUseResult=result)

    def _fail(self) -> None:
        usage = {"input_tokens": 0, "output_tokens": 0}
        content = [{"type": "text", "text": "API Error: 529"}]
        message: Line = {"id": self.world.id(), "model": "<synthetic>", "role": "assistant"}
        message |= {"content": content, "usage": usage}
        self._add("assistant", message=message, isApiErrorMessage=True)

    def _fork(self) -> int:
        """Copy all lines into another session, as the client does, and go on there."""
        copied = self.lines
        self.id, self.at = self.world.id(), self.at + timedelta(hours=3)
        self.world.truth.sessions += 1
        self.lines = []
        self._add("queue-operation", operation="enqueue")
        self.lines += [line | {"sessionId": self.id} for line in copied]
        said = [line for line in copied if line["type"] in {"assistant", "progress"}]
        self.world.truth.answer_lines += sum(not line.get("isApiErrorMessage") for line in said)
        written = self._prompt()
        return written + self._save(f"{self.id}.jsonl", self.lines)

    def _add(self, kind: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        self.lines.append(self._line(kind, **more))

    def _line(self, kind: str, **more: Any) -> Line:  # noqa: ANN401 - JSON
        """A line of this moment, and then a little passes; keys stand where the client has them."""
        self.at += timedelta(milliseconds=self.chance.randint(5, 9000))
        said = {"type": kind, **more} if kind != "assistant" else {**more, "type": kind}
        who: Line = {name: said.pop(name) for name in ("promptId", "agentId") if name in said}
        after: Line = {name: said.pop(name) for name in ("toolUseResult",) if name in said}
        return {
            "parentUuid": self.world.id(),
            "isSidechain": bool(who.get("agentId")),
            **who,
            **said,
            "uuid": self.world.id(),
            "timestamp": self.at.strftime("%Y-%m-%dT%H:%M:%S.")
            + f"{self.at.microsecond // 1000:03}Z",
            **after,
            "entrypoint": "cli",
            "cwd": self.project,
            "sessionId": self.id,
            "version": "2.1.330",
            "gitBranch": "main",
        }

    def _save(self, name: str, lines: list[Line]) -> int:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.world.truth.lines += len(lines)
        return path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def _tool_result(text: str) -> Line:
    block: Line = {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": text,
        "is_error": False,
    }
    return {"role": "user", "content": [block]}
