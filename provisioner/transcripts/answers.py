"""What does one line of a transcript say about an answer of the API?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from provisioner.transcripts.model import SkipReason, Source
from provisioner.transcripts.sighting import Oddity, Sighting
from provisioner.transcripts.values import counts, moment

Record = Mapping[str, Any]
"""What a line is, as JSON has it."""

SYNTHETIC = "<synthetic>"
ADVICE = "advisor_message"
UNKNOWN = "unknown"
KNOWN_SPEEDS = frozenset({"", "standard", "fast", "normal"})


Found = list[Sighting] | SkipReason | None
"""The answers that a line tells of, or why it counts for nothing; None if it is none."""


class Block(NamedTuple):
    """One of the lines of an answer: what is equal on all of them, and the output so far."""

    of: tuple[object, ...]
    output: int
    record: Record


def block_of(record: Record) -> Block | None:
    """An answer's line in its plain form; None where it has to be read to know.

    Most answers come as several lines of which only the last counts, and to read one takes as long
    as to parse two.
    """
    try:
        message = record["message"]
        usage = message["usage"]
        output = usage["output_tokens"]
        of = (message["id"], record["requestId"], record["sessionId"], record["isSidechain"])
        is_plain = (
            record["type"] == "assistant"
            and type(record["timestamp"]) is str
            and type(output) is int
            and message["model"] != SYNTHETIC
        )
    except (KeyError, TypeError):
        return None
    is_odd = "isApiErrorMessage" in record or "forkedFrom" in record or usage.get("iterations")
    return Block(of, output, record) if is_plain and of[0] and of[1] and not is_odd else None


class Told(NamedTuple):
    """A line that tells of an answer; `line` is within `record` where another's is repeated."""

    record: Record
    line: Record
    message: Record
    usage: Record
    at_ms: int


class Setting(NamedTuple):
    """What most answers of a file have in common, understood once."""

    session: str
    model: str
    source: Source
    agent_id: str
    agent_type: str
    entrypoint: str
    effort: str
    speed: str
    inference_geo: str
    service_tier: str
    is_copy: bool
    is_sidechain: bool


class Reader:
    """Reads the lines of one file, whose session and agent its path may tell."""

    def __init__(self, session: str, agent_id: str) -> None:
        self._session = session
        self._agent_id = agent_id
        self._last: tuple[object, ...] = ()
        self._setting = Setting("", "", "main", "", "", "", "", "", "", "", False, False)  # noqa: FBT003

    def read(self, record: Record, prompt_id: str, offset: int) -> Found:
        """What a line tells of answers."""
        told = _told(record)
        if not isinstance(told, Told):
            return told
        main = self._main(told, prompt_id, offset)
        iterations = told.usage.get("iterations")
        return [main, *_advice(main, iterations)] if iterations else [main]

    def read_block(self, block: Block, prompt_id: str, offset: int) -> Found:
        """The same of a line in its plain form, of which most is known."""
        record = block.record
        at_ms = moment(record["timestamp"])
        if at_ms is None:
            return "no time"
        message = record["message"]
        told = Told(record, record, message, message["usage"], at_ms)
        return [self._main(told, prompt_id, offset)]

    def _main(self, told: Told, prompt_id: str, offset: int) -> Sighting:
        _, line, message, usage, at_ms = told
        setting = self._setting_of(told)
        speed = setting.speed
        counted, can_be = counts(usage)
        message_id, request_id = _text(message.get("id")), _text(line.get("requestId"))
        is_odd = not can_be or not message_id or speed not in KNOWN_SPEEDS
        return Sighting(
            message_id or _substitute(told, request_id),
            request_id,
            at_ms,
            setting.session,
            setting.model,
            setting.source,
            setting.agent_id,
            setting.agent_type,
            _text(line.get("promptId")) or prompt_id,
            setting.entrypoint,
            setting.effort,
            speed,
            setting.inference_geo,
            setting.service_tier,
            *counted,
            offset,
            setting.is_copy,
            setting.is_sidechain,
            _oddities(message_id, speed, can_be=can_be) if is_odd else 0,
        )

    def _setting_of(self, told: Told) -> Setting:
        record, line, message, usage, _ = told
        if line is not record:
            return self._understood(told)
        get, of_usage = line.get, usage.get
        raw = (
            get("agentId"),
            get("attributionAgent"),
            get("entrypoint"),
            get("effort"),
            of_usage("speed"),
            of_usage("inference_geo"),
            of_usage("service_tier"),
            message.get("model"),
            get("isSidechain"),
            record.get("sessionId"),
            record.get("forkedFrom"),
        )
        if raw != self._last:
            self._last, self._setting = raw, self._understood(told)
        return self._setting

    def _understood(self, told: Told) -> Setting:
        record, line, message, usage, _ = told
        is_echo = line is not record
        session, is_copy = self._whose(record)
        agent_id = self._agent_id or _text(line.get("agentId"))
        if is_echo:
            agent_id = agent_id or _text(record["data"].get("agentId"))
        is_sidechain = is_echo or line.get("isSidechain") is True
        return Setting(
            session=session,
            model=_text(message.get("model")) or UNKNOWN,
            source="subagent" if agent_id or is_sidechain else "main",
            agent_id=agent_id,
            agent_type=_text(line.get("attributionAgent")),
            entrypoint=_text(line.get("entrypoint") or record.get("entrypoint")),
            effort=_text(line.get("effort")),
            speed=_text(usage.get("speed")),
            inference_geo=_text(usage.get("inference_geo")),
            service_tier=_text(usage.get("service_tier")),
            is_copy=is_echo or is_copy,
            is_sidechain=is_sidechain,
        )

    def _whose(self, record: Record) -> tuple[str, bool]:
        """Whose session a line is of, and whether it says that it was copied from there."""
        origin = record.get("forkedFrom")
        if isinstance(origin, dict):
            return _text(origin.get("sessionId")) or self._session, True
        if self._agent_id and self._session:
            return self._session, False
        told = _text(record.get("sessionId"))
        is_copy = bool(told and self._session and told != self._session)
        return told or self._session or UNKNOWN, is_copy


def _told(record: Record) -> Told | SkipReason | None:
    line = record if record.get("type") == "assistant" else _echo(record)
    if line is None:
        return None
    message = line.get("message")
    usage = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(usage, dict) or not usage:
        return "no usage"
    if message.get("model") == SYNTHETIC or (line.get("isApiErrorMessage") and _is_empty(usage)):
        return "synthetic"
    at_ms = moment(line.get("timestamp") or record.get("timestamp"))
    return "no time" if at_ms is None else Told(record, line, message, usage, at_ms)


def _is_empty(usage: Record) -> bool:
    return not any(counts(usage)[0])


def _oddities(message_id: str, speed: str, *, can_be: bool) -> int:
    odd = 0 if can_be else Oddity.IMPOSSIBLE_COUNT
    if not message_id:
        odd |= Oddity.NO_MESSAGE_ID
    if speed not in KNOWN_SPEEDS:
        odd |= Oddity.UNKNOWN_SPEED
    return int(odd)


def _echo(record: Record) -> Record | None:
    """A subagent's line inside its parent's."""
    data = record.get("data")
    line = data.get("message") if isinstance(data, dict) else None
    if not isinstance(line, dict) or not isinstance(line.get("message"), dict):
        return None
    said = line.get("type") or line["message"].get("role")
    return line if said == "assistant" else None


def _substitute(told: Told, request_id: str) -> str:
    """What stands in for a missing id: lines that agree in it are one response."""
    if request_id:
        return f"request:{request_id}"
    uuid = _text(told.line.get("uuid"))
    if uuid:
        return f"uuid:{uuid}"
    said = f"{told.at_ms} {counts(told.usage)}"
    return "line:" + sha256(said.encode()).hexdigest()[:32]


def _advice(main: Sighting, iterations: object) -> Iterator[Sighting]:
    """The calls of another model that an answer asked for advice: not in its own counts."""
    entries = iterations if isinstance(iterations, list) else []
    said = [each for each in entries if isinstance(each, dict) and each.get("type") == ADVICE]
    for number, entry in enumerate(said):
        told, can_be = counts(entry)
        advice = main._replace(
            message_id=f"{main.message_id}#advisor-{number}",
            request_id="",
            model=_text(entry.get("model")) or UNKNOWN,
            source="advisor",
            oddities=_oddities(main.message_id, "", can_be=can_be),
        )
        yield advice.with_counts(told)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
