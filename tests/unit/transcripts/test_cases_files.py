"""Which lines and files are read, and which times? The contract's third table, row by row."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.transcripts.counted import Counted, count
from tests.unit.transcripts.lines import (
    AT_MS,
    FOLDER,
    SESSION,
    Line,
    answer,
    prompt,
    text_of,
    usage,
    write_session,
    write_subagent,
    write_transcript,
)

FIVE = answer(output=5)
SIX = answer("msg_2", output=6, when=1)
USAGE_OF_ANOTHER = {"usage": usage(output=9)}


class Case(NamedTuple):
    """The bytes of a file, the outputs counted of it, and what was skipped."""

    name: str
    content: bytes
    outputs: list[int]
    skipped: dict[str, int]


def _lines(*lines: Line | str, end: str = "\n") -> bytes:
    return "".join(text_of(line) + end for line in lines).encode()


def _with(**changes: object) -> Line:
    return FIVE | changes


def _message(**changes: object) -> Line:
    return FIVE | {"message": FIVE["message"] | changes}


def _usage(**changes: object) -> Line:
    return _message(usage=FIVE["message"]["usage"] | changes)


def _input(value: Line) -> Line:
    block = {"type": "tool_use", "name": "Write", "input": value}
    return _message(content=[block])


SYNTHETIC = answer("uuid-of-its-own", model="<synthetic>", request_id=None, output=3)
PRETTY = json.dumps(FIVE, indent=2) + "\n"
SPACED = json.dumps(FIVE)
HALF_CHARACTER = text_of(_message(content=[{"type": "text", "text": "?"}])).replace("?", "\\ud83d")
BROKEN = '{"type":"assistant","message":{"id":"msg_9","usage":{"input_tokens"'

READ = (
    Case("a broken line", _lines(FIVE, BROKEN, SIX), [5, 6], {"broken": 1}),
    Case("a broken line without its usage", _lines(BROKEN[:40], SIX), [6], {"broken": 1}),
    Case("a tail that is cut off", _lines(FIVE) + BROKEN.encode(), [5], {"cut off": 1}),
    Case("a tail without an end", _lines(FIVE) + text_of(SIX).encode(), [5, 6], {}),
    Case("zeros before a line", b"\0" * 99 + _lines(FIVE, SIX), [5, 6], {}),
    Case("a line of zeros", b"\0" * 99 + b"\n" + _lines(FIVE), [5], {"broken": 1}),
    Case("zeros within a text", _lines(FIVE).replace(b"Done", b"\0\0"), [5], {}),
    Case("zeros over a key", _lines(FIVE, SIX).replace(b'"id"', b"\0" * 4, 1), [6], {"broken": 1}),
    Case("blank lines", b"\n" + _lines(FIVE) + b"  \n\n", [5], {}),
    Case("ends of lines of another system", _lines(FIVE, SIX, end="\r\n"), [5, 6], {}),
    Case("a byte order mark", b"\xef\xbb\xbf" + _lines(FIVE, SIX), [5, 6], {}),
    Case("spaces after colons", _lines(SPACED), [5], {}),
    Case("a record over many lines", PRETTY.encode() + _lines(SIX), [5, 6], {}),
    Case("such a record at the end", _lines(SIX) + PRETTY.rstrip().encode(), [5, 6], {}),
    Case("such a record, cut off", _lines(SIX) + PRETTY[:-300].encode(), [6], {"cut off": 1}),
    Case("such a record, broken", PRETTY[:-300].encode() + b"\n" + _lines(SIX), [6], {"broken": 1}),
    Case("half of a character", _lines(HALF_CHARACTER), [5], {}),
    Case("bytes that are no text", _lines(FIVE).replace(b"Done", b"\xff\xfe"), [5], {}),
    Case("a null id in a tool's input", _lines(_input({"id": None, "model": None})), [5], {}),
    Case("a usage in a tool's input", _lines(_input({"usage": {"output_tokens": 9}})), [5], {}),
    *(
        Case(f"{key} is null", _lines(_with(**{key: None})), [5], {})
        for key in ("version", "cwd", "costUSD", "sessionId", "uuid", "parentUuid", "isSidechain")
    ),
    Case("the version is a word", _lines(_with(version="dev")), [5], {}),
    *(
        Case(f"{key} is null", _lines(_usage(**{key: None})), [5], {})
        for key in (
            "speed",
            "service_tier",
            "cache_creation",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "server_tool_use",
            "iterations",
            "inference_geo",
        )
    ),
    Case("nobody's speed", _lines(_usage(speed="ludicrous")), [5], {}),
    Case("a count with a fraction", _lines(_usage(output_tokens=5.0)), [5], {}),
    Case("a count as text", _lines(_usage(output_tokens="5")), [5], {}),
    Case("only an input", _lines(_message(usage={"input_tokens": 7})), [0], {}),
    Case("a usage in a user's message", _lines(prompt() | {"message": USAGE_OF_ANOTHER}), [], {}),
    Case("a usage of a tool", _lines(prompt() | {"toolUseResult": USAGE_OF_ANOTHER}), [], {}),
    Case("synthetic", _lines(SYNTHETIC, FIVE), [5], {"synthetic": 1}),
    Case("no usage", _lines(_message(usage=None), SIX), [6], {"no usage": 1}),
    Case("an empty usage", _lines(_message(usage={}), SIX), [6], {"no usage": 1}),
    Case(
        "no usage at all",
        _lines(_with(message={"id": "msg_9", "role": "assistant"}), SIX),
        [6],
        {"no usage": 1},
    ),
    Case("no time", _lines(_with(timestamp=None), SIX), [6], {"no time": 1}),
    Case("a time that is none", _lines(_with(timestamp="soon"), SIX), [6], {"no time": 1}),
    Case("nothing", b"", [], {}),
)


def _count(tmp_path: Path, content: bytes) -> Counted:
    path = tmp_path / FOLDER / f"{SESSION}.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)
    return count(tmp_path)


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_what_can_be_read_counts_and_the_rest_is_named(case: Case, tmp_path: Path) -> None:
    counted = _count(tmp_path, case.content)
    assert [each.output_tokens for each in counted.responses] == case.outputs
    assert counted.coverage.skipped == case.skipped
    lines = case.content.count(b"\n") + (not case.content.endswith(b"\n") and case.content != b"")
    assert counted.coverage.lines == lines


TIMES = {
    "2026-08-03T10:00:00.000Z": 0,
    "2026-08-03T10:00:00Z": 0,
    "2026-08-03T12:00:00+02:00": 0,
    "2026-08-03T12:00:00.250+02:00": 250,
    "2026-08-03T10:00:00.5Z": 500,
    "2026-08-03T10:00:00.123456Z": 123,
    "2026-08-03T10:00:00.9999Z": 999,
    "2026-08-03T10:00:00": 0,
    "2026-08-03 10:00:00": 0,
    AT_MS // 1000: 0,
    AT_MS / 1000: 0,
    AT_MS + 7: 7,
    (AT_MS + 7) * 1000: 7,
    str(AT_MS): 0,
}


@pytest.mark.parametrize("timestamp", TIMES, ids=str)
def test_a_time_is_read_however_it_is_written(timestamp: object, tmp_path: Path) -> None:
    (only,) = _count(tmp_path, _lines(_with(timestamp=timestamp))).responses
    assert only.at_ms - AT_MS == TIMES[timestamp]


FLAGS = {
    "an unknown speed": (_usage(speed="ludicrous"), "unknown speed"),
    "a time to come": (_with(timestamp="2099-01-01T00:00:00Z"), "in the future"),
    "a time before all": (_with(timestamp="1999-01-01T00:00:00Z"), "before 2023"),
    "a count beyond all": (_usage(output_tokens=10**12), "impossible count"),
    "a count below zero": (_usage(output_tokens=-1), "impossible count"),
    "a count that is none": (_usage(output_tokens="many"), "impossible count"),
}


@pytest.mark.parametrize("odd", FLAGS)
def test_what_is_odd_counts_and_is_flagged(odd: str, tmp_path: Path) -> None:
    line, flag = FLAGS[odd]
    counted = _count(tmp_path, _lines(line, SIX))
    assert (counted.coverage.responses, counted.coverage.flags) == (2, {flag: 1})


SPLITS = {
    "a split": (usage(write_5m=3, write_1h=4), (3, 4)),
    "none": (usage() | {"cache_creation_input_tokens": 7, "cache_creation": None}, (7, 0)),
    "none of zeros": (usage() | {"cache_creation_input_tokens": 7}, (7, 0)),
    "too small": (usage(write_5m=2, write_1h=2) | {"cache_creation_input_tokens": 7}, (5, 2)),
    "alone": (usage(write_5m=3, write_1h=4) | {"cache_creation_input_tokens": None}, (3, 4)),
}


@pytest.mark.parametrize("split", SPLITS)
def test_what_a_split_of_cache_writes_leaves_out_is_five_minute(split: str, tmp_path: Path) -> None:
    counts, expected = SPLITS[split]
    (only,) = _count(tmp_path, _lines(answer(counts=counts))).responses
    assert (only.cache_write_5m_tokens, only.cache_write_1h_tokens) == expected


SUBAGENTS = {
    "in its session's folder": f"{FOLDER}/{SESSION}/subagents/agent-a1.jsonl",
    "of a workflow": f"{FOLDER}/{SESSION}/subagents/workflows/wf_1/agent-a1.jsonl",
    "beside its session": f"{FOLDER}/agent-a1.jsonl",
    "in a folder of all subagents": f"{FOLDER}/subagents/agent-a1.jsonl",
}


@pytest.mark.parametrize("where", SUBAGENTS)
def test_a_subagent_belongs_to_its_parents_session(where: str, tmp_path: Path) -> None:
    write_transcript(tmp_path, SUBAGENTS[where], answer(agent_id="a1"))
    (only,) = count(tmp_path).responses
    assert (only.session, only.source, only.agent_id) == (SESSION, "subagent", "a1")
    assert (only.project, only.agent_type) == ("/srv/ada/widgets", "general-purpose")


def test_what_kind_of_subagent_it_was_can_stand_beside_its_file(tmp_path: Path) -> None:
    path = write_subagent(tmp_path, answer(agent_id="a1") | {"attributionAgent": None})
    path.with_name("agent-a1.meta.json").write_text('{"agentType": "Explore"}')
    assert [each.agent_type for each in count(tmp_path).responses] == ["Explore"]


def test_an_answer_belongs_to_the_prompt_before_it(tmp_path: Path) -> None:
    write_session(
        tmp_path,
        answer("msg_0"),
        prompt("first"),
        answer("msg_1", when=1),
        prompt("second", text="x" * 5000) | {"toolUseResult": USAGE_OF_ANOTHER},
        answer("msg_2", when=2),
    )
    told = {each.message_id: each.prompt_id for each in count(tmp_path).responses}
    assert told == {"msg_0": "", "msg_1": "first", "msg_2": "second"}


PROJECTS = {
    "the directory that the folder is named for": (["/srv/ada", "/srv/ada/widgets"], 1),
    "else the first that is told": (["/srv/other", "/srv/another"], 0),
}


@pytest.mark.parametrize("rule", PROJECTS)
def test_a_project_is(rule: str, tmp_path: Path) -> None:
    told, expected = PROJECTS[rule]
    write_session(tmp_path, *(answer(f"msg_{cwd}", cwd=cwd) for cwd in told))
    assert {each.project for each in count(tmp_path).responses} == {told[expected]}


def test_a_project_without_directory_is_named_as_its_folder(tmp_path: Path) -> None:
    write_session(tmp_path, answer() | {"cwd": None})
    assert [each.project for each in count(tmp_path).responses] == [FOLDER]


def test_the_project_of_a_folder_whose_name_was_cut_is_its_directory(tmp_path: Path) -> None:
    cwd = "/srv/ada/" + "x" * 250
    folder = cwd.replace("/", "-")[:200] + "-h4sh"
    write_session(tmp_path, answer(cwd="/tmp"), answer("msg_2", cwd=cwd), folder=folder)  # noqa: S108
    assert {each.project for each in count(tmp_path).responses} == {cwd}


def test_a_file_that_may_not_be_read_is_flagged(tmp_path: Path) -> None:
    write_session(tmp_path, answer(output=5))
    # Even root cannot read a link to itself.
    loop = tmp_path / FOLDER / "loop.jsonl"
    loop.symlink_to(loop)
    counted = count(tmp_path)
    assert (counted.coverage.flags, counted.tokens) == ({"unreadable file": 1}, (100, 5))


def test_what_is_no_file_is_flagged_and_not_waited_for(tmp_path: Path) -> None:
    write_session(tmp_path, answer(output=5))
    os.mkfifo(tmp_path / FOLDER / "pipe.jsonl")
    (tmp_path / FOLDER / "device.jsonl").symlink_to("/dev/zero")
    counted = count(tmp_path)
    assert (counted.coverage.flags, counted.tokens) == ({"unreadable file": 2}, (100, 5))


def test_folders_linked_in_a_circle_are_gone_through_once(tmp_path: Path) -> None:
    write_session(tmp_path, answer(output=5))
    (tmp_path / FOLDER / "up").symlink_to(tmp_path)
    assert count(tmp_path).coverage.files == 1


def test_nothing_is_counted_where_nothing_is(tmp_path: Path) -> None:
    counted = count(tmp_path / "nowhere")
    assert (counted.coverage.files, counted.coverage.roots) == (0, [tmp_path / "nowhere"])
