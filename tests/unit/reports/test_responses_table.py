"""Can one see each response behind a number, what it cost and where it stands?"""

from __future__ import annotations

import pytest

from provisioner.reports.amounts import CostName
from provisioner.reports.explain import explain
from provisioner.reports.grid import cell_width
from provisioner.reports.report import Question, answer
from provisioner.reports.responses_table import response_lines
from provisioner.reports.table import Look
from provisioner.transcripts.model import Query, Response
from tests.unit.reports.answers import PLAIN, UNPRICED, UTC_ZONE, HandMade, at, ms

AGENT = at("2026-11-22T12:00:01")._replace(
    request_id="req_011CVxyzxyzxyzxyzxyzxyz",
    source="subagent",
    agent_type="explorer",
    path="/kim/agent-a1.jsonl",
    offset=99,
)


def _shown(*responses: Response, width: int | None = None, which: CostName = "tokens") -> list[str]:
    reader = HandMade(all=responses)
    question = Question(
        report="daily", query=Query(), zone=UTC_ZONE, now_ms=ms("2026-11-23T00:00"), which=which
    )
    explained = explain(reader, question, answer(reader, question), "2026-11-22")
    look = Look(which=which, by_model=False, zone=UTC_ZONE, width=width)
    return [line.text for line in response_lines(explained, look)]


def test_each_response_is_one_line_and_files_are_named_below() -> None:
    lines = _shown(PLAIN, AGENT)
    assert " ".join(lines[0].split()) == (
        "time session model source input output cache read cache write total cost request where"
    )
    assert lines[2].split() == [
        *("2026-11-22", "10:20:30", "3aa56b2a", "opus-4-7", "main"),
        *("100", "20", "3,000", "450", "3,570", "$0.01", "req_1", "[1]@1234"),
    ]
    assert lines[3].split()[4] == "explorer"
    assert lines[3].split()[-2:] == [AGENT.request_id, "[2]@99"]
    assert lines[5].split() == ["total", "200", "40", "6,000", "900", "7,140", "$0.02"]
    assert lines[6:] == [f"[1] {PLAIN.path}", "[2] /kim/agent-a1.jsonl"]


def test_what_has_no_price_is_unknown_and_what_has_no_request_is_told_by_its_message() -> None:
    odd = PLAIN._replace(model=UNPRICED, cost=None, billed=None, request_id="")
    line = _shown(odd)[2].split()
    assert line[-3:] == ["unknown", "msg_1", "[1]@1234"]


def test_the_other_cost_can_be_asked_for() -> None:
    assert "$0.02" in _shown(PLAIN._replace(billed=2 * 10**10), which="billed")[2]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_it_fits_the_terminal(width: int) -> None:
    lines = _shown(PLAIN, AGENT, width=width)
    assert max(map(cell_width, lines)) <= width
    assert all("$0.01" in line and "]@" in line for line in lines[2:4])
