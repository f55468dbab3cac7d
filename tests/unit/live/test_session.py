"""Is a session counted while it grows as reports count it when it has ended?"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from provisioner.live.session import Session
from provisioner.reports.amounts import of_response, total
from tests.unit.transcripts.counted import count
from tests.unit.transcripts.lines import (
    AT_MS,
    PROJECT,
    SESSION,
    UNPRICED,
    FlatPrices,
    Line,
    answer,
    at,
    prompt,
    started,
    text_of,
    write_session,
    write_subagent,
)

NOW_MS = AT_MS + 3_600_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "projects"


@pytest.fixture
def session(root: Path) -> Session:
    return Session(SESSION, [root], FlatPrices())


def _append(path: Path, *lines: Line) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{text_of(line)}\n" for line in lines)


def _tool(tool_use_id: str, *, when: float = 1) -> dict[str, Any]:
    line = answer("msg_tool", when=when, output=5)
    line["message"]["content"] = [{"type": "tool_use", "id": tool_use_id, "name": "Bash"}]
    return line


def test_a_session_that_has_not_begun_has_used_nothing(session: Session) -> None:
    assert not session.read()
    usage = session.usage(NOW_MS)
    assert (usage.total_tokens, usage.last_ms, usage.context) == (0, 0, None)


def test_it_is_counted_as_it_grows(session: Session, root: Path) -> None:
    path = write_session(root, prompt(), answer("msg_1", output=10))
    assert session.read()
    assert session.usage(NOW_MS).total_tokens == 110
    assert not session.read()
    _append(path, answer("msg_1", output=20), answer("msg_2", request_id="req_2", output=1))
    assert session.read()
    usage = session.usage(NOW_MS)
    assert (usage.amounts.requests, usage.total_tokens) == (2, 221)
    assert usage.cost_usd == pytest.approx(0.000221)


def test_a_line_without_its_end_waits_and_then_counts_once(session: Session, root: Path) -> None:
    path = write_session(root, answer("msg_1"))
    half = text_of(answer("msg_2", request_id="req_2"))
    with path.open("a", encoding="utf-8") as file:
        file.write(half[:200])
    session.read()
    assert session.usage(NOW_MS).amounts.requests == 1
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{half[200:]}\n")
    session.read()
    assert session.usage(NOW_MS).amounts.requests == 2


def test_subagents_that_come_later_are_followed(session: Session, root: Path) -> None:
    write_session(root, answer("msg_1"))
    session.read()
    agent = write_subagent(root, answer("msg_2", agent_id="a1", output=7))
    assert session.read()
    meta = {"agentType": "Explore", "description": "look", "finished": False}
    agent.with_suffix(".meta.json").write_text(json.dumps(meta), encoding="utf-8")
    found = session.usage(NOW_MS).agents
    assert [(each.id, each.kind, each.description, each.is_running) for each in found] == [
        ("a1", "Explore", "look", True)
    ]
    assert found[0].amounts.total_tokens == 107


def test_a_subagent_that_has_ended_does_not_run(session: Session, root: Path) -> None:
    agent = write_subagent(root, answer("msg_2", agent_id="a1"))
    agent.with_suffix(".meta.json").write_text('{"finished": true}', encoding="utf-8")
    session.read()
    (found,) = session.usage(NOW_MS).agents
    assert (found.kind, found.is_running) == ("general-purpose", False)


def test_a_subagent_that_nothing_was_heard_of_for_long_does_not_run(
    session: Session, root: Path
) -> None:
    agent = write_subagent(root, answer("msg_2", agent_id="a1"))
    os.utime(agent, (NOW_MS / 1000 - 1700, NOW_MS / 1000 - 1700))
    session.read()
    running = [session.usage(now_ms).agents[0].is_running for now_ms in (NOW_MS, NOW_MS + 200_000)]
    assert running == [True, False]


@pytest.mark.parametrize("meta", [None, "[]", "{"])
def test_a_subagent_of_which_nothing_is_noted_is_told_by_its_lines(
    session: Session, root: Path, meta: str | None
) -> None:
    agent = write_subagent(root, answer("msg_2", agent_id="a1"))
    if meta:
        agent.with_suffix(".meta.json").write_text(meta, encoding="utf-8")
    session.read()
    (found,) = session.usage(NOW_MS).agents
    assert (found.kind, found.description) == ("general-purpose", "")


def test_models_come_by_their_cost_and_unpriced_ones_are_named(
    session: Session, root: Path
) -> None:
    write_session(
        root,
        answer("msg_1", model="claude-haiku-4-5", output=1),
        answer("msg_2", request_id="req_2", output=900),
        answer("msg_3", request_id="req_3", model=UNPRICED),
    )
    session.read()
    usage = session.usage(NOW_MS)
    assert list(usage.models) == ["claude-opus-4-7", "claude-haiku-4-5", UNPRICED]
    assert usage.unpriced_models == [UNPRICED]
    assert usage.amounts.unpriced == 1


def test_what_was_used_lately_is_told_apart(session: Session, root: Path) -> None:
    write_session(root, answer("msg_1", when=0), answer("msg_2", request_id="r2", when=3100))
    session.read()
    assert session.usage(NOW_MS).recent.requests == 1
    assert session.usage(NOW_MS + 600_000).recent.requests == 0


def test_tools_and_prompts_are_told(session: Session, root: Path) -> None:
    write_session(root, prompt(), _tool("t1"))
    session.read()
    usage = session.usage(NOW_MS)
    assert (usage.prompts, usage.tools["Bash"].running) == (1, 1)


def test_what_others_asked_is_left_out_when_somebody_knows(session: Session, root: Path) -> None:
    write_session(root, answer("msg_1"), answer("msg_2", request_id="req_2"))
    session.read()
    assert session.message_ids == {"msg_1", "msg_2"}
    session.leave_out({"msg_1"})
    assert session.usage(NOW_MS).amounts.requests == 1


def test_tool_calls_from_before_a_fork_are_not_its_own(session: Session, root: Path) -> None:
    write_session(root, started(when=5), _tool("t1", when=1), _tool("t2", when=9))
    session.read()
    assert session.usage(NOW_MS).tools["Bash"].calls == 1


def test_the_context_is_that_of_the_last_answer(session: Session, root: Path) -> None:
    path = write_session(root, answer("msg_1", tokens=10, cache_read=5000))
    write_subagent(root, answer("msg_9", agent_id="a1", cache_read=90_000))
    session.read()
    context = session.usage(NOW_MS).context
    assert context is not None
    assert (context.tokens, context.window) == (5010, 1_000_000)
    _append(path, {"type": "summary", "timestamp": at(9)})
    session.read()
    assert session.usage(NOW_MS).context == context


def test_a_session_that_vanishes_stays_counted(session: Session, root: Path) -> None:
    path = write_session(root, answer("msg_1"))
    session.read()
    path.unlink()
    assert not session.read()
    usage = session.usage(NOW_MS)
    assert (usage.amounts.requests, usage.project) == (1, PROJECT)


def test_a_file_that_is_written_anew_counts_no_answer_twice(session: Session, root: Path) -> None:
    path = write_session(root, answer("msg_1"), answer("msg_2", request_id="req_2"))
    session.read()
    path.unlink()
    write_session(root, answer("msg_2", request_id="req_2"), answer("msg_3", request_id="req_3"))
    session.read()
    assert session.usage(NOW_MS).amounts.requests == 3


def test_whoever_follows_counts_what_reports_count(session: Session, root: Path) -> None:
    lines = [
        answer("msg_1", output=1),
        answer("msg_1", output=159),
        answer("msg_2", request_id=None, output=3, write_5m=50, write_1h=60),
        answer("msg_3", request_id="req_3", session="another"),
        answer("msg_4", model="<synthetic>"),
        answer("msg_5", request_id="req_5", cache_read=7) | {"message": {}},
    ]
    path = write_session(root, lines[0])
    write_subagent(root, answer("msg_2", agent_id="a1", request_id="req_9", output=3))
    for line in lines[1:]:
        session.read()
        _append(path, line)
    session.read()
    told = [each for each in count(root).responses if each.session == SESSION]
    assert session.usage(NOW_MS).amounts == total(map(of_response, told))
