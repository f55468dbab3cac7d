"""Which answers does one transcript tell of, from where it was left the last time?"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from provisioner.transcripts.answers import Block, Found, Reader, Record, block_of
from provisioner.transcripts.model import SkipReason
from provisioner.transcripts.sighting import Job, Scan, Sighting
from provisioner.transcripts.values import moment

BUFFER_BYTES = 1 << 18
"""Read at once: small enough to stay in the processor's cache while it is searched."""

FINGERPRINT_BYTES = 1024
HEAD_BYTES = 32_768

_USAGE = b'"usage"'
_PROMPT = b'"promptId"'
_ASSISTANT = b'"assistant"'
_USER = b'"type":"user"'
_NEAR_START = 500
_NEXT = 130
_NEAR_END = -800
"""A line's own keys stand before and after its message; only there they are looked for."""

_PROMPT_ID = re.compile(rb'"promptId"\s*:\s*"([^"\\]*)"')
_FIRST_TIME = re.compile(rb'"timestamp"\s*:\s*("[^"\\]*"|[0-9.]+)')
_FIRST_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.)*")')
_BLANK = b"\0 \t\r\n\xef\xbb\xbf"
"""What a line may begin and end with: a byte order mark, and what a crash left behind."""


def scan(job: Job) -> Scan:
    """Read a file; raises OSError where that cannot be done."""
    with Path(job.path).open("rb", buffering=BUFFER_BYTES) as file:
        is_same = job.offset > 0 and fingerprint(file, job.offset) == job.fingerprint
        start = job.offset if is_same else 0
        file.seek(start)
        reading = _Reading(job, start, job.prompt_id if is_same else "")
        reading.take(file)
        reading.finish()
        head = os.pread(file.fileno(), HEAD_BYTES, 0)
        return reading.result(start, head, fingerprint(file, reading.offset))


def fingerprint(file: BinaryIO, offset: int) -> int:
    """Tells whether what was read is still there: of its beginning and its end."""
    length = min(FINGERPRINT_BYTES, offset)
    head = os.pread(file.fileno(), length, 0)
    tail = os.pread(file.fileno(), length, offset - length)
    return zlib.crc32(head) << 31 | zlib.crc32(tail) >> 1


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
        self._held: Block | None = None
        self._held_offset = self._held_lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Further lines, with their ends; this loop is where the time goes."""
        tally = self._tally
        for line in lines:
            if self._open or not line.endswith(b"}\n"):
                self._take_odd(line)
                continue
            at = line.find(_PROMPT, 0, _NEAR_START)
            if at >= 0 and line.find(_USER, at, at + _NEXT) >= 0:
                # Of a user, with what a tool said: most bytes are here, and need no search.
                self._note_prompt(line, at)
            elif _USAGE in line or line.find(_ASSISTANT, _NEAR_END) >= 0:
                self._parse(line)
            elif at >= 0 or line.find(_PROMPT, _NEAR_END) >= 0:
                self._note_prompt(line, 0)
            tally.lines += 1
            self.offset += len(line)

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
            born_ms=_born_ms(head) or min((s.at_ms for s in sightings), default=0),
            cwds=tuple(dict.fromkeys([*_first_cwd(head), *self._cwds])),
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
        record = _record(line)
        if record is None:
            self._tally.skipped[if_broken] += 1
            return False
        block = block_of(record)
        if block is None:
            self._let_go()
            self._count(record, self._reader.read(record, self._prompt_id, self.offset))
            return True
        held = self._held
        if held is None or held.of != block.of:
            self._let_go()
            self._held, self._held_offset = block, self.offset
        elif block.output > held.output:
            self._held, self._held_offset = block, self.offset
        self._held_lines += 1
        return True

    def _let_go(self) -> None:
        held = self._held
        if held is not None:
            found = self._reader.read_block(held, self._prompt_id, self._held_offset)
            self._count(held.record, found, self._held_lines)
            self._held, self._held_lines = None, 0

    def _count(self, record: Record, found: Found, lines: int = 1) -> None:
        """Count what was found in a record that stands for some lines."""
        if isinstance(found, list):
            self._tally.answers += lines - 1
            for sighting in found:
                self._keep(sighting)
            cwd = record.get("cwd")
            if isinstance(cwd, str) and cwd:
                self._cwds[cwd] = None
        elif found is not None:
            self._tally.skipped[found] += lines
        elif isinstance(record.get("promptId"), str):
            self._prompt_id = record["promptId"]

    def _keep(self, sighting: Sighting) -> None:
        """Of lines that repeat a response, the one with the largest output."""
        self._tally.answers += 1
        side = None if sighting.request_id else sighting.input_side
        key = (sighting.message_id, side, sighting.is_copy, sighting.is_sidechain)
        best = self._best.get(key)
        if best is None or sighting.output_tokens > best.output_tokens:
            self._best[key] = sighting


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        record = _patiently(line)
    return record if isinstance(record, dict) else None


def _patiently(line: bytes) -> object:
    """What orjson refuses, but is JSON all the same: half characters, bytes that are no text."""
    text = line.strip(_BLANK).decode("utf-8", "replace")
    try:
        # Half characters would be refused by whoever is handed them.
        whole = json.dumps(json.loads(text, strict=False), ensure_ascii=False)
        return orjson.loads(whole.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _born_ms(head: bytes) -> int:
    """When a file came to be: its first line with a time; 0 if none has."""
    for found in _FIRST_TIME.finditer(head):
        at_ms = moment(found[1].strip(b'"').decode("utf-8", "replace"))
        if at_ms is not None:
            return at_ms
    return 0


def _first_cwd(head: bytes) -> list[str]:
    found = _FIRST_CWD.search(head)
    try:
        return [orjson.loads(found[1])] if found else []
    except orjson.JSONDecodeError:
        return []


def _agent_type(path: str) -> str:
    """What a subagent is, by the file beside its transcript; empty if that does not say."""
    beside = Path(path.removesuffix(".jsonl") + ".meta.json")
    try:
        said = orjson.loads(beside.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return ""
    kind = said.get("agentType") if isinstance(said, dict) else None
    return kind if isinstance(kind, str) else ""
