"""What does one line of a transcript say about an answer of the API?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from provisioner.transcripts.model import SkipReason
from provisioner.transcripts.sighting import Oddity, Sighting
from provisioner.transcripts.values import counts, moment

Record = Mapping[str, Any]
"""What a line is, as JSON has it."""

_OF_LINE = ("requestId", "agentId", "attributionAgent", "promptId", "entrypoint", "effort")
_OF_MESSAGE = ("id", "model")
_OF_USAGE = ("speed", "inference_geo", "service_tier")

Block = tuple[object, ...]

SYNTHETIC = "<synthetic>"
ADVICE = "advisor_message"
UNKNOWN = "unknown"
KNOWN_SPEEDS = frozenset({"", "standard", "fast", "normal"})


def block_of(record: Record) -> tuple[Block, int] | None:
    """What is equal on all lines of one answer, and the output it has so far.

    None where a line has to be read to know: most answers come as several lines of which only the
    last counts, and to read one takes as long as to parse three.
    """
    message = record.get("message")
    if record.get("type") != "assistant" or type(message) is not dict:
        return None
    usage, request_id, when = message.get("usage"), record.get("requestId"), record.get("timestamp")
    if type(usage) is not dict or not request_id or type(when) is not str:
        return None
    output, model = usage.get("output_tokens"), message.get("model")
    if type(output) is not int or usage.get("iterations") or model == SYNTHETIC:
        return None
    if record.get("isApiErrorMessage") or not message.get("id"):
        return None
    whose = (record.get("sessionId"), record.get("isSidechain"), record.get("forkedFrom"))
    return (message["id"], request_id, model, *whose), output


class Told(NamedTuple):
    """A line that tells of an answer; `line` is within `record` where another's is repeated."""

    record: Record
    line: Record
    message: Record
    usage: Record
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the lines of one file: `session` and `agent_id` are what its path tells."""

    session: str
    agent_id: str

    def read(
        self, record: Record, prompt_id: str, offset: int
    ) -> list[Sighting] | SkipReason | None:
        """The answers that a line tells of, or why it counts for nothing; None if it is none."""
        told = _told(record)
        if not isinstance(told, Told):
            return told
        main = self._main(told, prompt_id, offset)
        iterations = told.usage.get("iterations")
        return [main, *_advice(main, iterations)] if iterations else [main]

    def _main(self, told: Told, prompt_id: str, offset: int) -> Sighting:
        record, line, message, usage, at_ms = told
        is_echo = line is not record
        session, is_copy = self._session(record)
        request_id, agent_id, agent_type, own_prompt, entrypoint, effort = _texts(line, _OF_LINE)
        message_id, model = _texts(message, _OF_MESSAGE)
        speed, inference_geo, service_tier = _texts(usage, _OF_USAGE)
        agent_id = self.agent_id or agent_id or (_echoing(record) if is_echo else "")
        is_sidechain = is_echo or line.get("isSidechain") is True
        told_counts, can_be = counts(usage)
        return Sighting(
            message_id or _substitute(told, request_id),
            request_id,
            at_ms,
            session,
            model or UNKNOWN,
            "subagent" if agent_id or is_sidechain else "main",
            agent_id,
            agent_type,
            own_prompt or prompt_id,
            entrypoint,
            effort,
            speed,
            inference_geo,
            service_tier,
            *told_counts,
            offset,
            is_echo or is_copy,
            is_sidechain,
            _oddities(message_id, speed, can_be=can_be),
        )

    def _session(self, record: Record) -> tuple[str, bool]:
        """Whose a line is, and whether it says that it was copied from there."""
        origin = record.get("forkedFrom")
        if isinstance(origin, dict):
            return _text(origin.get("sessionId")) or self.session, True
        if self.agent_id and self.session:
            return self.session, False
        told = _text(record.get("sessionId"))
        return told or self.session or UNKNOWN, bool(told and self.session and told != self.session)


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


def _echoing(record: Record) -> str:
    return _text(record["data"].get("agentId"))


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


def _texts(source: Record, names: Iterable[str]) -> list[str]:
    return [value if type(value := source.get(name)) is str else "" for name in names]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
