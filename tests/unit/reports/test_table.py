"""Can a report be read at any width, whole numbers and all?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from provisioner.reports.grid import cell_width
from provisioner.reports.report import Question, ReportName, answer
from provisioner.reports.rows import GROUPINGS
from provisioner.reports.table import Look, report_lines, short_model
from provisioner.reports.zones import find_zone
from provisioner.transcripts.model import Query, Response
from tests.unit.reports.answers import PLAIN, UNPRICED, HandMade, at, by_chance, ms

REPORTS: Sequence[ReportName] = (*GROUPINGS, "blocks")
BERLIN = find_zone("Europe/Berlin", {})
NOW = ms("2026-11-22T12:00")


def _shown(
    name: ReportName,
    *responses: Response,
    width: int | None = None,
    by_model: bool = False,
    limit: int | None = None,
) -> list[str]:
    question = Question(
        report=name, query=Query(), zone=BERLIN, now_ms=NOW, limit=limit, order="desc"
    )
    report = answer(HandMade(all=responses or [PLAIN]), question)
    look = Look(which="tokens", by_model=by_model, zone=BERLIN, width=width)
    return [line.text for line in report_lines(report, look)]


def _headings(name: ReportName, *responses: Response, width: int | None = None) -> str:
    return " ".join(_shown(name, *responses, width=width)[0].split())


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(
    name: ReportName, width: int
) -> None:
    huge = [
        each._replace(cache_read_tokens=10**9, session=f"{each.session:x<36}")
        for each in by_chance(1)
    ]
    lines = _shown(name, *huge, width=width, limit=5)
    assert max(map(cell_width, lines)) <= width
    assert "…" not in "".join(lines)


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (None, "day models requests input output cache read cache write total cost"),
        (120, "day models requests input output cache read cache write total cost"),
        (90, "day requests input output cache read cache write total cost"),
        (80, "day requests input output cache total cost"),
        (40, "day requests total cost"),
    ],
)
def test_columns_give_way_to_the_width_in_an_order(width: int | None, headings: str) -> None:
    day = PLAIN._replace(cache_read_tokens=123_456_789, cost=123 * 10**12)
    assert _headings("daily", day, width=width) == headings


def test_a_plain_table_has_the_same_columns_whatever_is_in_it() -> None:
    responses = by_chance(2)
    assert _headings("daily", *responses) == _headings("daily", PLAIN)


def test_the_table_ends_with_totals_of_all_rows() -> None:
    lines = _shown("daily", PLAIN, at("2026-11-21T12:00"), at("2026-11-20T12:00"), limit=1)
    assert lines[2].split()[:3] == ["2026-11-22", "opus-4-7", "1"]
    assert lines[3].split()[:5] == ["2", "more", "2", "200", "40"]
    assert lines[-1].split() == ["total", "3", "300", "60", "9,000", "1,350", "10,710", "$0.03"]


def test_numbers_are_aligned_at_their_ends() -> None:
    lines = _shown("daily", PLAIN, at("2026-11-21T12:00")._replace(input_tokens=1_234_567))
    ends = {
        line.index(number) + len(number)
        for line, number in zip(lines[2:4], ("100", "1,234,567"), strict=True)
    }
    assert len(ends) == 1


def test_a_breakdown_shows_the_models_of_each_row() -> None:
    unknown = PLAIN._replace(model=UNPRICED, cost=None, billed=None)
    lines = _shown("daily", PLAIN, unknown, by_model=True)
    assert [line.split()[0] for line in lines[2:5]] == ["2026-11-22", "opus-4-7", UNPRICED]
    assert lines[2].split()[-2:] == ["≥", "$0.01"]
    assert lines[4].split()[-1] == "unknown"
    assert len(_shown("model", PLAIN, unknown, by_model=True)) == 6


def test_sessions_are_shortened_in_a_narrow_terminal_only() -> None:
    assert PLAIN.session in _shown("session")[2]
    narrow = _shown("session", width=100)[2].split()
    assert narrow[:3] == ["3aa56b2a", "widgets", "2026-11-22"]


def test_projects_are_shortened_unless_they_would_be_alike() -> None:
    long = PLAIN._replace(project=f"/kim/{'x' * 60}/widgets")
    gadgets = PLAIN._replace(project=f"/kim/{'x' * 60}/gadgets")
    alike = PLAIN._replace(project="/kim/elsewhere/widgets")
    assert _shown("project", long, gadgets, width=80)[2].split()[0] == "gadgets"
    shown = _shown("project", long, alike, width=80)
    assert "/kim/elsewhere/widgets" in "".join(shown)


def test_blocks_are_told_in_local_time_with_their_state() -> None:
    lines = _shown("blocks", at("2026-11-22T08:20"), PLAIN, at("2026-11-22T12:30"))
    assert lines[0].split()[:2] == ["block", "state"]
    assert "2026-11-22 09:00 - 14:00  active, 1 in the future" in lines[2]
    assert lines[2].split()[-1] == "$0.04"
    assert _shown("blocks", width=100)[2].startswith("11-22 11:00 - 16:00  active")


def test_a_model_s_name_is_shown_without_its_maker() -> None:
    assert (short_model("claude-opus-4-7"), short_model("my-model")) == ("opus-4-7", "my-model")
