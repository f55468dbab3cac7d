"""Does a table say below it what its numbers are and rest on?"""

from __future__ import annotations

import json
from dataclasses import replace

from provisioner.reports import result
from provisioner.reports.analysis import analyse
from provisioner.reports.document import as_csv, as_json
from provisioner.reports.explain import explain, explained_csv, explained_json
from provisioner.reports.report import Question, ReportName, answer
from provisioner.reports.table import Look
from provisioner.transcripts.model import Query, Response
from tests.unit.reports.analysis.conversation import PRICES
from tests.unit.reports.answers import PLAIN, UNPRICED, UTC_ZONE, HandMade, ms

LOOK = Look(which="tokens", by_model=False, zone=UTC_ZONE, width=None)


def _question(name: ReportName) -> Question:
    return Question(report=name, query=Query(), zone=UTC_ZONE, now_ms=ms("2026-11-22T12:00"))


def _below(name: ReportName, *responses: Response) -> list[str]:
    report = answer(HandMade(all=responses), _question(name))
    whole = result.of_report(report, by_model=False)
    texts = [line.text for line in result.whole_lines(whole, LOOK)]
    totals = next(number for number, text in enumerate(texts) if text.startswith("total "))
    return texts[totals + 1 :]


def test_a_table_ends_with_what_its_numbers_are_and_rest_on() -> None:
    empty, basis, coverage = _below("daily", PLAIN)
    assert (empty, basis) == ("", "times in UTC; costs are tokens at list prices")
    assert coverage == (
        "coverage: 2 files, 10 lines, 1 response; 3 duplicates merged; 0 lines skipped; "
        "1 file gone since"
    )


def test_models_without_a_price_are_named_below_it() -> None:
    unknown = PLAIN._replace(model=UNPRICED, cost=None, billed=None)
    assert f"no price is known for {UNPRICED}: its cost is left out of every sum" in _below(
        "daily", PLAIN, unknown
    )


def test_blocks_are_followed_by_what_goes_on() -> None:
    assert _below("blocks", PLAIN)[0].startswith("active block: ")


def test_other_forms_are_those_of_the_same_answer() -> None:
    reader = HandMade(all=[PLAIN])
    report = answer(reader, _question("daily"))
    whole = result.of_report(report, by_model=True)
    assert whole.as_json() == as_json(report)
    assert whole.as_csv() == as_csv(report, by_model=True)
    explained = explain(reader, _question("daily"), report, "2026-11-22")
    behind = result.of_explained(explained)
    assert behind.as_json() == explained_json(explained)
    assert behind.as_csv() == explained_csv(explained)
    assert behind.report is report


def test_what_is_said_below_a_table_is_folded_to_the_terminal() -> None:
    report = answer(HandMade(all=[PLAIN]), _question("daily"))
    whole = result.of_report(report, by_model=False)
    lines = [line.text for line in result.whole_lines(whole, replace(LOOK, width=60))]
    assert max(map(len, lines)) <= 60
    assert lines[-2].startswith("coverage: ")


def test_an_analysis_rests_on_the_same_and_has_no_rows_for_csv() -> None:
    reader = HandMade(all=[PLAIN])
    report = answer(reader, _question("daily"))
    analysed = result.of_analysis(report, analyse([PLAIN], PRICES), UTC_ZONE)
    lines = [line.text for line in result.whole_lines(analysed, LOOK)]
    assert lines[0] == "$0.01 at list prices, in 1 response"
    assert lines[-1].startswith("coverage: 2 files")
    found = json.loads(analysed.as_json())
    assert (found["schema"], found["coverage"]["files"]) == ("claude-otel/cost-analysis/1", 2)
    assert analysed.as_csv() == ""
