"""What does the beginning of a transcript tell, and is it still the same?"""

from __future__ import annotations

import os
import re
import zlib
from typing import BinaryIO

import msgspec

from provisioner.transcripts.plain import UNREADABLE
from provisioner.transcripts.values import moment

FINGERPRINT_BYTES = 1024
HEAD_BYTES = 32_768

_FIRST_TIME = re.compile(rb'"timestamp"\s*:\s*("[^"\\]*"|[0-9.]+)')
_FIRST_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.)*")')


def head_of(file: BinaryIO) -> bytes:
    """As much as most often tells when and where it began."""
    return os.pread(file.fileno(), HEAD_BYTES, 0)


def fingerprint(file: BinaryIO, offset: int) -> int:
    """Tells whether what was read is still there: of its beginning and its end."""
    length = min(FINGERPRINT_BYTES, offset)
    head = os.pread(file.fileno(), length, 0)
    tail = os.pread(file.fileno(), length, offset - length)
    return zlib.crc32(head) << 31 | zlib.crc32(tail) >> 1


def first_ms(head: bytes) -> int:
    """When a file came to be: its first line with a time; 0 if none has."""
    for found in _FIRST_TIME.finditer(head):
        at_ms = moment(found[1].strip(b'"').decode("utf-8", "replace"))
        if at_ms is not None:
            return at_ms
    return 0


def first_cwd(head: bytes) -> list[str]:
    found = _FIRST_CWD.search(head)
    try:
        return [msgspec.json.decode(found[1])] if found else []
    except UNREADABLE:
        return []
