"""Which answers does one transcript tell of, from where it was left the last time?"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from io import BufferedReader, FileIO
from typing import Any

import msgspec

from provisioner.transcripts.answers import SYNTHETIC, Found, Reader
from provisioner.transcripts.head import fingerprint, first_cwd, first_ms, head_of
from provisioner.transcripts.model import SkipReason
from provisioner.transcripts.plain import UNREADABLE, Plain, decode
from provisioner.transcripts.sighting import Job, Scan, Sighting

BUFFER_BYTES = 1 << 18
"""Read at once: small enough to stay in the processor's cache while it is searched."""

_USAGE = b'"usage"'
_PROMPT = b'"promptId"'
_ASSISTANT = b'"assistant"'
_USER = b'"type":"user"'
_NEAR_START = 300
_NEXT = 130
_NEAR_END = -800
"""A line's own keys stand before and after its message; only there they are looked for."""

_PROMPT_ID = re.compile(rb'"promptId"\s*:\s*"([^"\\]*)"')
_BLANK = b"\0 \t\r\n\xef\xbb\xbf"
"""What a line may begin and end with: a byte order mark, and what a crash left behind."""


def scan(job: Job) -> Scan:
    """Read a file; raises OSError where that cannot be done."""
    with BufferedReader(FileIO(job.path), BUFFER_BYTES) as file:
        is_same = job.offset > 0 and fingerprint(file, job.offset) == job.fingerprint
        start = job.offset if is_same else 0
        file.seek(start)
        reading = _Reading(job, start, job.prompt_id if is_same else "")
        reading.take(file)
        reading.finish()
        return reading.result(start, head_of(file), fingerprint(file, reading.offset))


class _Tally:
    """What was counted in some lines."""

    def __init__(self) -> None:
        self.lines = 0
        self.answers = 0
        self.skipped: Counter[SkipReason] = Counter()


class _Reading:
    """Takes the lines of a file one by one; most are passed by without a closer look."""

    def __init__(self, job: Job, offset: int, prompt_id: str) -> None:
        self.offset = offset
        self._job = job
        self._prompt_id = prompt_id
        self._prompt_raw = b"none yet"
        self._saved_prompt_id = prompt_id
        self._reader = Reader(job.session, job.agent_id)
        self._tally = self._done = _Tally()
        self._last = _Tally()
        self._open: list[bytes] = []
        self._unended = b""
        self._best: dict[tuple[object, ...], Sighting] = {}
        self._cwds: dict[str, None] = {}
        # The line with the largest output of an answer that may go on, and how many there were.
        self._held: Plain | None = None
        self._held_offset = self._held_lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Further lines, with their ends; this loop is where the time goes."""
        tally = self._tally
        for line in lines:
            if self._open or not line.endswith(b"}\n"):
                self._take_odd(line)
                continue
            if line.find(_ASSISTANT, 0, _NEAR_START) >= 0:
                self._parse(line)
            else:
                self._take_other(line)
            tally.lines += 1
            self.offset += len(line)

    def _take_other(self, line: bytes) -> None:
        """A line that does not begin as an answer's."""
        at = line.find(_PROMPT, 0, _NEAR_START)
        if at >= 0 and line.find(_USER, at, at + _NEXT) >= 0:
            # Of a user, with what a tool said: most bytes are here, and need no search.
            self._note_prompt(line, at)
        elif _USAGE in line or line.find(_ASSISTANT, _NEAR_END) >= 0:
            self._parse(line)
        elif at >= 0 or line.find(_PROMPT, _NEAR_END) >= 0:
            self._note_prompt(line, 0)

    def finish(self) -> None:
        """After the last line: what has no end yet is tried, and will be read again."""
        self._let_go()
        left = b"".join([*self._open, self._unended])
        self._saved_prompt_id = self._prompt_id
        self._tally = self._last
        if left:
            self._tally.lines = len(self._open) + bool(self._unended)
            stripped = left.strip(_BLANK)
            if stripped and not self._parse(stripped, if_broken="cut off"):
                self._note_prompt(left)
            self._let_go()

    def result(self, start: int, head: bytes, print_of_read: int) -> Scan:
        """All that was found."""
        done, last, sightings = self._done, self._last, self._sightings()
        return Scan(
            path=self._job.path,
            start=start,
            offset=self.offset,
            fingerprint=print_of_read,
            prompt_id=self._saved_prompt_id,
            born_ms=first_ms(head) or min((s.at_ms for s in sightings), default=0),
            cwds=tuple(dict.fromkeys([*first_cwd(head), *self._cwds])),
            lines=done.lines,
            answers=done.answers,
            skipped=dict(done.skipped),
            last_lines=last.lines,
            last_answers=last.answers,
            last_skipped=dict(last.skipped),
            sightings=sightings,
        )

    def _sightings(self) -> list[Sighting]:
        found = list(self._best.values())
        if self._job.agent_id and any(not each.agent_type for each in found):
            kind = _agent_type(self._job.path)
            return [each if each.agent_type else each._replace(agent_type=kind) for each in found]
        return found

    def _take_odd(self, line: bytes) -> None:
        """A line that does not end as one should, or part of a record over several lines."""
        if not line.endswith(b"\n"):
            self._unended = line
            return
        if self._open and line.startswith(b'{"'):
            self._drop_open()
            self.take([line])
            return
        stripped = line.strip(_BLANK)
        if self._open or stripped == b"{":
            self._open.append(line)
            if line.rstrip() == b"}":
                self._close_open()
            return
        if stripped.endswith(b"}") and _USAGE not in stripped and _ASSISTANT not in stripped:
            self._note_prompt(stripped)
        elif stripped or b"\0" in line:
            self._parse(stripped)
        self._pass_by([line])

    def _close_open(self) -> None:
        self._parse(b"".join(self._open).strip(_BLANK))
        self._pass_by(self._open)
        self._open = []

    def _drop_open(self) -> None:
        self._tally.skipped["broken"] += 1
        self._pass_by(self._open)
        self._open = []

    def _pass_by(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self._tally.lines += 1
            self.offset += len(line)

    def _note_prompt(self, line: bytes, start: int = 0) -> None:
        if start and line.startswith(self._prompt_raw, start):
            return
        found = _PROMPT_ID.search(line, start)
        if found:
            self._let_go()
            self._prompt_raw = found[0]
            self._prompt_id = found[1].decode("utf-8", "replace")

    def _parse(self, line: bytes, if_broken: SkipReason = "broken") -> bool:
        """Count what a record says of answers; whether it is a record at all."""
        try:
            plain = decode(line)
        except UNREADABLE:
            return self._parse_patiently(line, if_broken)
        if plain.message.model == SYNTHETIC:
            return self._parse_patiently(line, if_broken)
        held = self._held
        if held is not None and _is_same(held, plain):
            if plain.message.usage.output_tokens > held.message.usage.output_tokens:
                self._held, self._held_offset = plain, self.offset
        else:
            self._let_go()
            self._held, self._held_offset = plain, self.offset
        self._held_lines += 1
        return True

    def _parse_patiently(self, line: bytes, if_broken: SkipReason) -> bool:
        record = _record(line)
        if record is None:
            self._tally.skipped[if_broken] += 1
            return False
        self._let_go()
        found = self._reader.read(record, self._prompt_id, self.offset)
        self._count(found, record.get("cwd"))
        if found is None and isinstance(record.get("promptId"), str):
            self._prompt_id = record["promptId"]
        return True

    def _let_go(self) -> None:
        held = self._held
        if held is not None:
            found = self._reader.read_plain(held, self._prompt_id, self._held_offset)
            self._count(found, held.cwd, self._held_lines)
            self._held, self._held_lines = None, 0

    def _count(self, found: Found, cwd: object, lines: int = 1) -> None:
        """Count what was found in a record that stands for some lines."""
        if isinstance(found, list):
            self._tally.answers += lines - 1
            for sighting in found:
                self._keep(sighting)
            if cwd and isinstance(cwd, str):
                self._cwds[cwd] = None
        elif found is not None:
            self._tally.skipped[found] += lines

    def _keep(self, sighting: Sighting) -> None:
        """Of lines that repeat a response, the one with the largest output."""
        self._tally.answers += 1
        side = None if sighting.request_id else sighting.input_side
        key = (sighting.message_id, side, sighting.is_copy, sighting.is_sidechain)
        best = self._best.get(key)
        if best is None or sighting.output_tokens > best.output_tokens:
            self._best[key] = sighting


def _is_same(one: Plain, other: Plain) -> bool:
    """Whether two lines are of the same answer."""
    return (
        one.message.id == other.message.id
        and one.request_id == other.request_id
        and one.session_id == other.session_id
        and one.is_sidechain is other.is_sidechain
    )


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = msgspec.json.decode(line)
    except UNREADABLE:
        record = _patiently(line)
    return record if isinstance(record, dict) else None


def _patiently(line: bytes) -> object:
    """What is refused, but is JSON all the same: half characters, bytes that are no text."""
    text = line.strip(_BLANK).decode("utf-8", "replace")
    try:
        # Half characters would be refused by whoever is handed them.
        whole = json.dumps(json.loads(text, strict=False), ensure_ascii=False)
        return msgspec.json.decode(whole.encode("utf-8", "replace"))
    except (ValueError, *UNREADABLE):
        return None


def _agent_type(path: str) -> str:
    """What a subagent is, by the file beside its transcript; empty if that does not say."""
    try:
        with FileIO(path.removesuffix(".jsonl") + ".meta.json") as beside:
            said = msgspec.json.decode(beside.readall())
    except (OSError, *UNREADABLE):
        return ""
    kind = said.get("agentType") if isinstance(said, dict) else None
    return kind if isinstance(kind, str) else ""
