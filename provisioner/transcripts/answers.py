"""What does one line of a transcript say about an answer of the API?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from provisioner.transcripts.model import SkipReason, Source
from provisioner.transcripts.plain import Plain
from provisioner.transcripts.sighting import Oddity, Setting, Sighting
from provisioner.transcripts.values import counts, moment

Record = Mapping[str, Any]
"""What a line is, as JSON has it."""

SYNTHETIC = "<synthetic>"
ADVICE = "advisor_message"
UNKNOWN = "unknown"
KNOWN_SPEEDS = frozenset({"", "standard", "fast", "normal"})
_UNKNOWN_SPEED = int(Oddity.UNKNOWN_SPEED)


Found = list[Sighting] | SkipReason | None
"""The answers that a line tells of, or why it counts for nothing; None if it is none."""


class Told(NamedTuple):
    """A line that tells of an answer; `line` is within `record` where another's is repeated."""

    record: Record
    line: Record
    message: Record
    usage: Record
    at_ms: int


class Reader:
    """Reads the lines of one file, whose session and agent its path may tell."""

    def __init__(self, session: str, agent_id: str) -> None:
        self._session = session
        self._agent_id = agent_id
        self._last: tuple[object, ...] = ()
        self._setting: Setting

    def read(self, record: Record, prompt_id: str, offset: int) -> Found:
        """What a line tells of answers."""
        told = _told(record)
        if not isinstance(told, Told):
            return told
        main = self._main(told, prompt_id, offset)
        iterations = told.usage.get("iterations")
        return [main, *_advice(main, iterations)] if iterations else [main]

    def read_plain(self, line: Plain, prompt_id: str, offset: int) -> Found:
        """The same of a line of which most is known."""
        at_ms = moment(line.timestamp)
        if at_ms is None:
            return "no time"
        message, usage = line.message, line.message.usage
        setting = self._plain_setting(line)
        odd = 0 if setting.speed in KNOWN_SPEEDS else _UNKNOWN_SPEED
        own = (message.id, line.request_id, at_ms, line.prompt_id or prompt_id)
        return [Sighting._make((*own, *usage.counts, offset, odd, *setting))]

    def _main(self, told: Told, prompt_id: str, offset: int) -> Sighting:
        _, line, message, usage, at_ms = told
        setting = self._setting_of(told)
        counted, can_be = counts(usage)
        message_id, request_id = _text(message.get("id")), _text(line.get("requestId"))
        named = message_id or _substitute(told, request_id)
        odd = _oddities(message_id, setting.speed, can_be=can_be)
        own = (named, request_id, at_ms, _text(line.get("promptId")) or prompt_id)
        return Sighting._make((*own, *counted, offset, odd, *setting))

    def _plain_setting(self, line: Plain) -> Setting:
        """Understood once for all lines in a row that say the same."""
        model, usage = line.message.model, line.message.usage
        terms = (usage.speed, usage.inference_geo, usage.service_tier)
        by = (line.agent_id, line.attribution_agent, line.entrypoint, line.effort)
        said = (line.session_id, model, line.is_sidechain, *by, *terms)
        if said != self._last:
            whose = self._whose(line.session_id, None)
            agent_id = self._agent_id or line.agent_id or ""
            named = (each or "" for each in (*by[1:], *terms))
            self._setting = _setting(whose, model, agent_id, line.is_sidechain, named)
            self._last = said
        return self._setting

    def _setting_of(self, told: Told) -> Setting:
        record, line, message, usage, _ = told
        is_echo = line is not record
        whose = self._whose(_text(record.get("sessionId")), record.get("forkedFrom"))
        agent_id = self._agent_id or _text(line.get("agentId"))
        if is_echo:
            whose = whose[0], True
            agent_id = agent_id or _text(record["data"].get("agentId"))
        by = (line.get("attributionAgent"), line.get("entrypoint") or record.get("entrypoint"))
        terms = (usage.get("speed"), usage.get("inference_geo"), usage.get("service_tier"))
        named = map(_text, (*by, line.get("effort"), *terms))
        is_sidechain = is_echo or line.get("isSidechain") is True
        model = _text(message.get("model")) or UNKNOWN
        return _setting(whose, model, agent_id, is_sidechain, named)

    def _whose(self, told: str, origin: object) -> tuple[str, bool]:
        """Whose session a line is of, and whether it says that it was copied from there."""
        if isinstance(origin, dict):
            return _text(origin.get("sessionId")) or self._session, True
        if self._agent_id and self._session:
            return self._session, False
        is_copy = bool(told and self._session and told != self._session)
        return told or self._session or UNKNOWN, is_copy


def _setting(
    whose: tuple[str, bool],
    model: str,
    agent_id: str,
    is_sidechain: bool,  # noqa: FBT001 - as the line says it
    named: Iterable[str],
) -> Setting:
    """`named` are the fields from the agent's type to the service tier."""
    session, is_copy = whose
    source: Source = "subagent" if agent_id or is_sidechain else "main"
    return Setting._make((session, model, source, agent_id, *named, is_copy, is_sidechain))


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
    # Imported late: what reads transcripts in parallel starts sooner without it.
    from hashlib import sha256  # noqa: PLC0415

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
