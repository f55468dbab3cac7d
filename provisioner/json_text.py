"""How is a person's JSON changed in one place, and left as it is in all others?

Strict JSON only. What is added takes the indentation of its neighbours; line ends, order and
spacing of the rest stay, so that taking it out again gives the text back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

BYTE_ORDER_MARK = "\ufeff"
INDENT = "  "

_BLANK = re.compile(r"[ \t\r\n]*")
_BLANK_BEFORE = re.compile(r"[ \t\r\n]*\Z")


class NotStrictJson(ValueError):
    """The text is no JSON object, or not a strict one; says where."""

    def __init__(self, reason: str, text: str, at: int) -> None:
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        super().__init__(f"line {line}, column {column}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """Where a member of an object begins, where its value does, and where it ends."""

    key: str
    start: int
    key_end: int
    value_start: int
    end: int


def read_object(text: str) -> dict[str, Any]:
    """The object; raises NotStrictJson. Of a key that stands twice, the last value counts."""
    body = text.removeprefix(BYTE_ORDER_MARK)
    try:
        found = _DECODER.decode(body)
    except json.JSONDecodeError as error:
        raise NotStrictJson(error.msg, body, error.pos) from None
    except ValueError as error:
        raise NotStrictJson(str(error), body, 0) from None
    if not isinstance(found, dict):
        raise NotStrictJson("expected an object in braces", body, 0)
    return found


def refuse_doubles(text: str) -> None:
    """Raise NotStrictJson where a key stands twice in the object or in one that is a member."""
    outer = _object(text, None)
    inner = (each.value_start for each in _members(text, outer) if text[each.value_start] == "{")
    for start in (outer, *inner):
        seen: set[str] = set()
        for each in _members(text, start):
            if each.key in seen:
                raise NotStrictJson(f'"{each.key}" stands there twice', text, each.start)
            seen.add(each.key)


def put(text: str, key: str, value: object, *, inside: str | None = None) -> str:
    """The text with a member set: of the outermost object, or of the object that is a member."""
    start = _object(text, inside)
    members = list(_members(text, start))
    written = json.dumps(value, ensure_ascii=False)
    for each in members:
        if each.key == key:
            return text[: each.value_start] + written + text[each.end :]
    name = json.dumps(key, ensure_ascii=False)
    if not members:
        return _fill(text, start, f"{name}: {written}")
    last = members[-1]
    gap, colon = _blank_before(text, last.start), text[last.key_end : last.value_start]
    return f"{text[: last.end]},{gap}{name}{colon}{written}{text[last.end :]}"


def drop(text: str, key: str, *, inside: str | None = None) -> str:
    """The text without a member."""
    start = _object(text, inside)
    members = list(_members(text, start))
    number = next(number for number, each in enumerate(members) if each.key == key)
    if number:
        return text[: members[number - 1].end] + text[members[number].end :]
    if len(members) > 1:
        return text[: members[0].start] + text[members[1].start :]
    return text[: start + 1] + text[_after_blank(text, members[0].end) :]


def _fill(text: str, start: int, member: str) -> str:
    """The text with the first member in an empty object, on a line of its own."""
    newline = "\r\n" if "\r\n" in text else "\n"
    line_start = text.rfind("\n", 0, start) + 1
    margin = text[line_start : _after_blank(text, line_start)].strip("\r\n")
    inner = f"{newline}{margin}{_indent(text)}{member}{newline}{margin}"
    return text[: start + 1] + inner + text[_after_blank(text, start + 1) :]


def _indent(text: str) -> str:
    """By how much the text indents."""
    first = next(_members(text, _object(text, None)), None)
    before = _blank_before(text, first.start) if first else ""
    return before.rpartition("\n")[2] or INDENT


def _object(text: str, inside: str | None) -> int:
    start = text.index("{")
    if inside is None:
        return start
    return next(each.value_start for each in _members(text, start) if each.key == inside)


def _members(text: str, start: int) -> Iterator[_Member]:
    at = _after_blank(text, start + 1)
    while text[at] != "}":
        key, key_end = _DECODER.raw_decode(text, at)
        value_start = _after_blank(text, _after_blank(text, key_end) + 1)
        _, end = _DECODER.raw_decode(text, value_start)
        yield _Member(key=key, start=at, key_end=key_end, value_start=value_start, end=end)
        at = _after_blank(text, end)
        at = _after_blank(text, at + 1) if text[at] == "," else at


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _blank_before(text: str, at: int) -> str:
    found = _BLANK_BEFORE.search(text, 0, at)
    return found.group() if found else ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
