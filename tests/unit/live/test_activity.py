"""Are tools, errors, prompts and compactions counted once each, whatever lines say of them?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.live.activity import Activity, ToolUse


def _call(tool_use_id: str, name: str = "Bash") -> dict[str, Any]:
    block = {"type": "tool_use", "id": tool_use_id, "name": name, "input": {}}
    return {"type": "assistant", "uuid": f"u-{tool_use_id}", "message": {"content": [block]}}


def _result(tool_use_id: str, *, is_error: bool = False) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": tool_use_id, "is_error": is_error}
    return {"type": "user", "promptId": "p1", "message": {"role": "user", "content": [block]}}


def _prompt(prompt_id: str, **others: object) -> dict[str, Any]:
    message = {"role": "user", "content": "Please."}
    return {"type": "user", "promptId": prompt_id, "message": message} | others


def _of(*records: dict[str, Any] | bytes) -> Activity:
    activity = Activity()
    for record in records:
        activity.take(record if isinstance(record, bytes) else json.dumps(record).encode())
    return activity


def test_a_tool_that_was_called_runs_until_its_result() -> None:
    assert _of(_call("t1")).tools() == {"Bash": ToolUse(calls=1, failed=0, running=1)}
    assert _of(_call("t1"), _result("t1")).tools() == {"Bash": ToolUse(1, 0, 0)}


def test_a_tool_that_failed_is_told() -> None:
    activity = _of(_call("t1"), _call("t2"), _result("t1", is_error=True), _result("t2"))
    assert activity.tools() == {"Bash": ToolUse(calls=2, failed=1, running=0)}


def test_the_tools_called_most_often_come_first() -> None:
    activity = _of(_call("1", "Write"), _call("2", "Read"), _call("3", "Read"), _call("4", "Edit"))
    assert list(activity.tools()) == ["Read", "Edit", "Write"]


def test_lines_that_are_read_again_count_once() -> None:
    lines = (_call("t1"), _result("t1"), _prompt("p1"))
    activity = _of(*lines, *lines)
    assert (activity.tools(), activity.prompts) == ({"Bash": ToolUse(1, 0, 0)}, 1)


def test_a_result_of_a_call_that_stands_elsewhere_counts_for_nothing() -> None:
    activity = _of(_result("t1", is_error=True))
    assert activity.tools() == {}


def test_prompts_are_what_the_person_asked() -> None:
    told = [
        _prompt("p1"),
        _prompt("p2"),
        _result("t1"),
        _prompt("p3", isMeta=True),
        _prompt("p4", isSidechain=True),
        {"type": "user", "message": {"content": "without an id"}},
    ]
    assert _of(*told).prompts == 2


def test_what_was_copied_from_another_session_is_not_this_ones() -> None:
    activity = Activity()
    for second, tool_use_id in (("00", "t1"), ("05", "t2")):
        line = _call(tool_use_id) | {"timestamp": f"2026-08-03T10:00:{second}.000Z"}
        activity.take(json.dumps(line).encode(), born_ms=1_785_751_205_000)
    assert activity.tools() == {"Bash": ToolUse(calls=1, failed=0, running=1)}


def test_errors_of_the_api_are_no_tool_calls() -> None:
    failed = _call("t1") | {"isApiErrorMessage": True}
    activity = _of(failed)
    assert (activity.errors, activity.tools()) == (1, {})


def test_compactions_are_counted() -> None:
    boundary = {"type": "system", "subtype": "compact_boundary", "uuid": "u1"}
    assert _of(boundary, boundary, {"type": "system", "subtype": "other"}).compactions == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b'{"type":"user",',
        b'["user"]',
        b'{"type":"user","message":"user"}',
        b'{"type":"assistant","message":{"content":["x", {"type":"tool_use"}, 1]}}'[:-20],
        b'{"type":"attachment","text":"a user"}',
    ],
)
def test_a_line_that_is_no_record_tells_nothing(line: bytes) -> None:
    activity = _of(line)
    assert (activity.tools(), activity.prompts, activity.errors) == ({}, 0, 0)
