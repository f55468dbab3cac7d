"""Which lines are the same response? The first table of the contract, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.transcripts.counted import count
from tests.unit.transcripts.lines import (
    MODEL,
    SESSION,
    Line,
    answer,
    echoed,
    started,
    usage,
    write_session,
    write_subagent,
    write_transcript,
)

FORK = "f0f0f0f0-0000-4000-8000-000000000002"
ADVISOR = "claude-opus-5"


class Case(NamedTuple):
    """Lines of one session, and the output of each response that they are."""

    name: str
    lines: Sequence[Line]
    outputs: Sequence[int]


def _without(line: Line, key: str) -> Line:
    return {name: value for name, value in line.items() if name != key}


def _advised(output: int) -> Line:
    counts = usage(output=output)
    advice = usage(tokens=500, output=40) | {"type": "advisor_message", "model": ADVISOR}
    own = usage(output=output) | {"type": "message"}
    return answer(counts=counts | {"iterations": [own, advice]})


CASES = (
    Case(
        "same id and request, output grows",
        [answer(output=1), answer(output=1, when=1), answer(output=159, when=2)],
        [159],
    ),
    Case("same, the last line is smaller", [answer(output=159), answer(output=7, when=1)], [159]),
    Case("no request, same millisecond", [answer(request_id=None, output=5)] * 2, [5]),
    Case(
        "no request, a second apart",
        [answer(request_id=None, output=5, when=second) for second in (0, 0.001, 1)],
        [5],
    ),
    Case("one with a request, one without", [answer(output=5), answer(request_id=None)], [5]),
    Case("one without a request, one with", [answer(request_id=None), answer(output=5)], [5]),
    Case("two requests", [answer(output=5), answer(request_id="req_2", output=5, when=1)], [5]),
    Case(
        "two requests, the second in a sidechain",
        [answer(output=5), answer(request_id="req_2", output=5) | {"isSidechain": True}],
        [5],
    ),
    Case("two ids, one request", [answer("msg_1", output=5), answer("msg_2", output=6)], [5, 6]),
    Case(
        "a gateway with one id for three calls",
        [
            answer("constant", request_id=None, tokens=number, output=number, when=number)
            for number in (1, 2, 3)
        ],
        [1, 2, 3],
    ),
    Case(
        "a gateway, and one call repeated",
        [
            answer("constant", request_id=None, tokens=number, output=number, when=number)
            for number in (1, 2, 2)
        ],
        [1, 2],
    ),
    Case("an empty request", [answer() | {"requestId": ""}, answer("msg_2", output=2)], [0, 2]),
    Case("a null request", [answer(output=3) | {"requestId": None}], [3]),
    Case("an echo of a subagent alone", [echoed(answer(output=9, agent_id="a1"))], [9]),
    Case("advice is another response", [_advised(8)], [8, 40]),
    Case("advice on three repeated lines", [_advised(1), _advised(8), _advised(8)], [8, 40]),
    Case(
        "no message id, but one request",
        [answer(None, output=5), answer(None, output=6)],
        [6],
    ),
    Case(
        "no message id, no request, two uuids",
        [answer(None, request_id=None, output=5) | {"uuid": uuid} for uuid in "aab"],
        [5, 5],
    ),
    Case(
        "no message id, no request, no uuid",
        [_without(answer(None, request_id=None, output=5), "uuid")] * 2,
        [5],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lines_of_one_response_count_once(case: Case, tmp_path: Path) -> None:
    write_session(tmp_path, *case.lines)
    counted = count(tmp_path)
    assert sorted(each.output_tokens for each in counted.responses) == list(case.outputs)
    seen = sum(
        2 if "iterations" in str(line) and ADVISOR in str(line) else 1 for line in case.lines
    )
    assert counted.coverage.duplicates == seen - len(case.outputs)


@pytest.mark.parametrize("request_id", ["req_1", None])
def test_a_fork_counts_for_the_session_that_it_was_copied_from(
    tmp_path: Path, request_id: str | None
) -> None:
    own = [started(when=-9), answer(request_id=request_id, output=5)]
    copy = answer(request_id=request_id, output=5, session=FORK)
    own_path = write_session(tmp_path, *own)
    write_session(tmp_path, started(FORK, when=60), copy, session=FORK)
    counted = count(tmp_path)
    assert [(each.session, each.path) for each in counted.responses] == [(SESSION, str(own_path))]


def test_the_original_is_the_older_file_whatever_its_name(tmp_path: Path) -> None:
    older, newer = "ffff", "aaaa"
    write_session(tmp_path, started(older), answer(session=older), session=older)
    write_session(tmp_path, started(newer, when=60), answer(session=newer), session=newer)
    assert [each.session for each in count(tmp_path).responses] == [older]


@pytest.mark.parametrize(
    "mark", [{"sessionId": SESSION}, {"forkedFrom": {"sessionId": SESSION, "messageUuid": "u"}}]
)
def test_a_line_that_says_it_is_a_copy_counts_for_its_origin_even_alone(
    tmp_path: Path, mark: Line
) -> None:
    write_session(tmp_path, answer(session=FORK) | mark, session=FORK)
    assert [each.session for each in count(tmp_path).responses] == [SESSION]


def test_the_largest_output_counts_although_it_stands_in_a_copy(tmp_path: Path) -> None:
    write_session(tmp_path, answer(output=1))
    write_session(
        tmp_path, started(FORK, when=60), answer(output=9, when=1, session=FORK), session=FORK
    )
    (only,) = count(tmp_path).responses
    assert (only.session, only.output_tokens, only.at_ms % 60_000) == (SESSION, 9, 0)


def test_an_echo_and_the_file_of_the_subagent_are_one_response(tmp_path: Path) -> None:
    said = answer(output=9, agent_id="a1")
    write_session(tmp_path, started(when=-60), echoed(said))
    path = write_subagent(tmp_path, said)
    (only,) = count(tmp_path).responses
    assert (only.path, only.source, only.agent_id) == (str(path), "subagent", "a1")


def test_an_echo_counts_for_its_parents_session(tmp_path: Path) -> None:
    write_session(tmp_path, echoed(answer(output=9) | {"sessionId": None}))
    (only,) = count(tmp_path).responses
    assert (only.session, only.source, only.agent_id) == (SESSION, "subagent", "a1")


def test_advice_counts_for_the_model_that_gave_it(tmp_path: Path) -> None:
    write_session(tmp_path, _advised(8))
    first, second = sorted(count(tmp_path).responses)
    assert (first.model, first.source, first.request_id) == (MODEL, "main", "req_1")
    assert (second.model, second.source, second.request_id) == (ADVISOR, "advisor", "")
    assert (second.input_tokens, second.output_tokens) == (500, 40)


def test_a_response_without_a_message_id_is_flagged(tmp_path: Path) -> None:
    write_session(tmp_path, answer(None), answer(None, request_id=None), answer())
    assert count(tmp_path).coverage.flags == {"no message id": 2}


def test_two_directories_with_the_same_data_count_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_session(tmp_path / name, answer(output=5))
    counted = count(tmp_path)
    assert (counted.coverage.files, counted.tokens) == (2, (100, 5))


def test_a_linked_project_counts_once(tmp_path: Path) -> None:
    write_session(tmp_path, answer(output=5), folder="-real")
    (tmp_path / "-a-link").symlink_to(tmp_path / "-real")
    counted = count(tmp_path)
    assert (counted.coverage.files, counted.tokens) == (1, (100, 5))
    assert counted.responses[0].path.startswith(str(tmp_path / "-real"))


def test_a_hard_linked_file_counts_once(tmp_path: Path) -> None:
    path = write_session(tmp_path, answer(output=5))
    path.with_name("aaa.jsonl").hardlink_to(path)
    assert count(tmp_path).coverage.files == 1


def test_responses_of_a_gateway_can_be_told_apart(tmp_path: Path) -> None:
    calls = [answer("constant", request_id=None, tokens=number) for number in (1, 2, 3)]
    write_session(tmp_path, *calls)
    assert len({each.key for each in count(tmp_path).responses}) == len(calls)


def test_what_a_file_outside_any_project_tells_counts(tmp_path: Path) -> None:
    write_transcript(tmp_path, f"{SESSION}.jsonl", answer(output=5))
    (only,) = count(tmp_path).responses
    assert (only.session, only.project) == (SESSION, "/srv/ada/widgets")
