"""Do all reports agree to the token and the cent, and does an empty one say why it is?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.live.limits import Limits, Window
from provisioner.reports.amounts import total
from provisioner.reports.blocks import as_utc
from provisioner.reports.document import as_json
from provisioner.reports.explain import explain
from provisioner.reports.report import Question, ReportName, answer, no_data, with_whole_names
from provisioner.reports.rows import GROUPINGS
from provisioner.reports.zones import find_zone
from provisioner.transcripts.model import Query
from provisioner.transcripts.usage import open_usage
from tests.unit.reports.answers import PLAIN, UTC_ZONE, HandMade, at, by_chance, ms, sum_of
from tests.unit.transcripts.lines import FlatPrices, text_of
from tests.unit.transcripts.lines import answer as answer_line

REPORTS: Sequence[ReportName] = (*GROUPINGS, "blocks")
NOW = ms("2026-10-25T02:10")  # amid what comes by chance, in the hour that Berlin has twice
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")


def _question(report: ReportName, query: Query | None = None, zone: str = "UTC") -> Question:
    where = find_zone(zone, {})
    return Question(report=report, query=query or Query(), zone=where, now_ms=NOW)


QUERIES = (
    Query(),
    Query(since_ms=ms("2026-10-20T07:33:21.007"), until_ms=ms("2026-10-28T01:02:03.004")),
    Query(projects=["project-1"], models=["claude-opus-4-7", "my-model"]),
    Query(until_ms=NOW - 1),
)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("seed", range(3))
def test_all_reports_agree_with_each_other_and_with_every_response(
    seed: int, query: Query, zone: str
) -> None:
    reader = HandMade(all=by_chance(seed))
    expected = sum_of(reader.responses(query))
    assert expected.requests > 0
    documents = set()
    for name in REPORTS:
        question = _question(name, query, zone)
        report = answer(reader, question)
        assert report.totals == expected
        assert total(row.amounts for row in report.rows) == expected
        assert report.unpriced == ["my-model"]
        documents.add(json.dumps(json.loads(as_json(report))["totals"]))
    assert len(documents) == 1


def test_all_reports_of_transcripts_on_disk_agree(tmp_path: Path) -> None:
    invented = by_chance(5)
    for each in invented:
        line = answer_line(
            each.message_id,
            request_id=each.request_id,
            when=as_utc(each.at_ms),
            model=each.model,
            session=each.session,
            cwd=each.project,
            tokens=each.input_tokens,
            output=each.output_tokens,
            cache_read=each.cache_read_tokens,
            write_5m=each.cache_write_5m_tokens,
            write_1h=each.cache_write_1h_tokens,
        )
        # Twice each, as parts of an answer are written, and once more in a copy of the session.
        for copy in ("original", "copy"):
            path = tmp_path / each.project.replace("/", "-") / f"{each.session}.jsonl"
            path = path if copy == "original" else path.with_stem(f"{each.session}-copy")
            path.parent.mkdir(exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{text_of(line)}\n" * 2)
    with open_usage([tmp_path], index_dir=None, prices=FlatPrices(), report=print) as usage:
        totals = {name: answer(usage, _question(name)).totals for name in REPORTS}
        (expected,) = set(totals.values())
        assert expected == sum_of(usage.responses(Query()))
        assert usage.coverage.duplicates == 3 * len(invented)
    assert expected.requests == len(invented)
    assert expected.total_tokens == sum_of(invented).total_tokens


@pytest.mark.parametrize("name", REPORTS)
def test_the_responses_behind_each_row_add_up_to_it(name: ReportName) -> None:
    query = replace(QUERIES[1], projects=["project-1", "project-2"])
    reader = HandMade(all=by_chance(11))
    question = _question(name, query, "Europe/Berlin")
    report = answer(reader, question)
    seen = 0
    for row in report.rows:
        explained = explain(reader, question, report, row.key)
        assert sum_of(explained.responses) == row.amounts
        seen += len(explained.responses)
    assert seen == report.totals.requests


def test_a_moment_is_asked_for_to_the_millisecond() -> None:
    first, second = at("2026-11-22T10:00:00.000"), at("2026-11-22T10:00:00.001")
    reader = HandMade(all=[first, second])
    since = Query(since_ms=second.at_ms)
    until = Query(until_ms=second.at_ms)
    assert answer(reader, _question("daily", since)).totals == sum_of([second])
    assert answer(reader, _question("daily", until)).totals == sum_of([first])


def test_what_is_asked_for_does_not_move_blocks() -> None:
    other = at("2026-11-22T08:10")._replace(project="/kim/other")
    reader = HandMade(all=[other, at("2026-11-22T12:50"), at("2026-11-22T13:10")])
    rows = answer(reader, _question("blocks", Query(projects=["widgets"]))).rows
    assert [(row.key, row.amounts.requests) for row in rows] == [
        ("2026-11-22T08:00:00Z", 1),
        ("2026-11-22T13:00:00Z", 1),
    ]


def test_blocks_know_the_limits_that_were_told() -> None:
    told = Limits(NOW / 1000 - 60, Window(42.0, NOW / 1000 + 600), None)
    reader = HandMade(all=[PLAIN])
    report = answer(reader, replace(_question("blocks"), told=told))
    limits = report.extra["limits"]
    assert isinstance(limits, dict)
    assert limits["source"] == "client"
    assert answer(reader, replace(_question("daily"), told=told)).extra == {}


def test_part_of_a_model_s_name_is_enough() -> None:
    opus, haiku = PLAIN, PLAIN._replace(model="claude-haiku-4-5")
    reader = HandMade(all=[opus, haiku, PLAIN._replace(model="claude-opus-4-7-fast")])

    def meant(*models: str) -> Sequence[str]:
        return with_whole_names(reader, Query(models=models)).models

    assert meant("Haiku") == ["claude-haiku-4-5"]
    assert meant("opus") == ["claude-opus-4-7", "claude-opus-4-7-fast"]
    assert meant("claude-opus-4-7") == ["claude-opus-4-7"]
    assert meant("gpt") == ["gpt"]
    assert meant() == ()


def test_without_transcripts_it_is_said_where_they_were_looked_for() -> None:
    reader = HandMade(all=[], roots=[Path("/kim/.claude/projects"), Path("/b")])
    error = no_data(reader, Query())
    assert error.exit_code == 4
    assert str(error) == (
        "no usage was found in 2 files; looked in\n"
        "  /kim/.claude/projects\n"
        "  /b\n"
        "  next: use Claude Code once, or set CLAUDE_CONFIG_DIR to the folder of its transcripts"
    )


def test_when_nothing_is_what_was_asked_for_it_is_said_what_there_is() -> None:
    many = [PLAIN._replace(project=f"/kim/{number}") for number in range(10)]
    error = str(no_data(HandMade(all=many), Query(projects=["gone"], models=["gpt"])))
    assert error.startswith(
        "of 10 responses, from 2026-11-22 to 2026-11-22 (UTC), "
        "none is what was asked for; looked in\n  /kim"
    )
    assert "\n  projects there are: /kim/0, /kim/1," in error
    assert "/kim/7 and 2 more\n  models there are: claude-opus-4-7\n" in error


def test_zones_of_tests_have_names() -> None:
    assert answer(HandMade(all=[PLAIN]), _question("daily")).timezone == UTC_ZONE.name
