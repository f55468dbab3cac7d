"""Can one see which responses a number stands for, and where they were read?"""

from __future__ import annotations

import csv
import io
import json

import pytest

from provisioner.errors import WrongArgument
from provisioner.reports.explain import (
    Explained,
    explain,
    explained_csv,
    explained_json,
    find_row,
)
from provisioner.reports.report import Question, ReportName, answer
from provisioner.reports.zones import find_zone
from provisioner.transcripts.model import Query, Response
from tests.unit.reports.answers import PLAIN, UNPRICED, HandMade, at, ms

EARLY = at("2026-11-22T09:00")._replace(request_id="", session="3a000000", offset=7)
LATE = PLAIN._replace(model=UNPRICED, cost=None, billed=None, agent_type="explorer")


def _explained(
    row: str, *responses: Response, name: ReportName = "daily", zone: str = "Europe/Berlin"
) -> Explained:
    reader = HandMade(all=responses or (LATE, EARLY))
    question = Question(
        report=name, query=Query(), zone=find_zone(zone, {}), now_ms=ms("2026-11-23T00:00")
    )
    return explain(reader, question, answer(reader, question), row)


def test_responses_come_in_the_order_of_their_times() -> None:
    assert _explained("2026-11-22").responses == [EARLY, LATE]


def test_json_tells_each_response_and_adds_up() -> None:
    whole = json.loads(explained_json(_explained("2026-11-22")))
    assert whole["schema"] == "claude-otel/usage-responses/1"
    assert (whole["report"], whole["key"]) == ("daily", "2026-11-22")
    assert whole["responses"][0] == {
        "at": "2026-11-22T10:00:00.000+01:00",
        "session": "3a000000",
        "project": "/kim/widgets",
        "model": "claude-opus-4-7",
        "source": "main",
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 3_000,
        "cache_write_tokens": 450,
        "cache_write_1h_tokens": 50,
        "total_tokens": 3_570,
        "cost_usd": 0.01,
        "billed_usd": 0.011,
        "request_id": "",
        "message_id": "msg_1",
        "prompt_id": "prompt-1",
        "path": PLAIN.path,
        "offset": 7,
    }
    assert whole["responses"][1]["cost_usd"] is None
    assert whole["totals"]["total_tokens"] == 2 * 3_570
    assert whole["unpriced_models"] == [UNPRICED]
    assert whole["coverage"]["responses"] == 2


def test_csv_has_the_same_fields() -> None:
    explained = _explained("2026-11-22")
    lines = list(csv.DictReader(io.StringIO(explained_csv(explained))))
    (first, second) = json.loads(explained_json(explained))["responses"]
    assert list(lines[0]) == list(first)
    assert (lines[0]["cost_usd"], lines[1]["cost_usd"]) == ("0.01", "")
    assert lines[1]["at"] == second["at"]


@pytest.mark.parametrize(
    ("name", "asked", "key"),
    [
        ("session", "3aa", PLAIN.session),
        ("session", "3a000000", "3a000000"),
        ("project", "widgets", "/kim/widgets"),
        ("monthly", "2026", "2026-11"),
        ("model", UNPRICED, UNPRICED),
        ("model", UNPRICED[3:], UNPRICED),
        ("blocks", "2026-11-22", "2026-11-22T09:00:00Z"),
    ],
)
def test_the_beginning_or_end_of_a_row_s_key_is_enough(
    name: ReportName, asked: str, key: str
) -> None:
    assert _explained(asked, name=name).row.key == key


def test_a_row_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(WrongArgument) as caught:
        _explained("2026-11-21")
    assert str(caught.value) == (
        "--explain '2026-11-21': expected a row of the report\n  next: choose one of 2026-11-22"
    )


def test_what_may_be_several_rows_is_refused_with_these() -> None:
    many = [at(f"2026-11-{day:02}T12:00") for day in range(1, 12)]
    with pytest.raises(WrongArgument, match=r"choose one of 2026-11-11, 2026-11-10, .*, …$"):
        _explained("2026-11", *many)
    with pytest.raises(WrongArgument, match=r"choose one of 3aa56b2a.*, 3a000000$"):
        _explained("3a", name="session")


def test_a_key_that_another_begins_with_is_itself() -> None:
    rows = answer(
        HandMade(all=[PLAIN, PLAIN._replace(session="3a"), EARLY]),
        Question(report="session", query=Query(), zone=find_zone("UTC", {}), now_ms=0),
    ).rows
    assert find_row(rows, "3a").key == "3a"
