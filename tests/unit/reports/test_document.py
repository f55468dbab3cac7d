"""Do programs get what the schema promises, with exact numbers?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.reports.document import Report, as_csv, as_json
from provisioner.reports.report import Question, ReportName, answer
from provisioner.transcripts.model import Query, Response
from tests.conftest import ROOT
from tests.unit.reports.answers import PLAIN, UNPRICED, UTC_ZONE, HandMade, at, by_chance, ms

AMOUNTS = [
    "requests",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "total_tokens",
    "cost_usd",
    "billed_usd",
    "unpriced_requests",
]
BLOCKS = [
    "end",
    "is_active",
    "future_requests",
    "active_minutes",
    "tokens_per_minute",
    "tokens_per_minute_without_cache_reads",
    "cost_usd_per_hour",
    "billed_usd_per_hour",
    "projected_tokens",
    "projected_cost_usd",
    "projected_billed_usd",
]
REPORTS: tuple[ReportName, ...] = ("daily", "weekly", "monthly", "session", "project", "model")


def _report(*responses: Response, name: ReportName = "daily", limit: int | None = None) -> Report:
    question = Question(
        report=name, query=Query(), zone=UTC_ZONE, now_ms=ms("2026-11-22T12:00"), limit=limit
    )
    return answer(HandMade(all=responses, skipped=2), question)


def _json(*responses: Response, name: ReportName = "daily") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_json(_report(*responses, name=name)))
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_json_has_the_fields_of_the_schema_in_its_order(name: ReportName) -> None:
    whole = _json(PLAIN, name=name)
    assert list(whole) == [
        "schema",
        "report",
        "timezone",
        "rows",
        "totals",
        "coverage",
        "unpriced_models",
    ]
    assert (whole["schema"], whole["report"], whole["timezone"]) == (
        "claude-otel/usage/1",
        name,
        "UTC",
    )
    (row,) = whole["rows"]
    assert list(row) == ["key", *AMOUNTS, "models"]
    assert list(row["models"]) == [PLAIN.model]
    assert list(row["models"][PLAIN.model]) == AMOUNTS
    assert list(whole["totals"]) == AMOUNTS
    assert whole["coverage"] == {
        "files": 2,
        "gone": 1,
        "lines": 10,
        "responses": 1,
        "duplicates": 3,
        "skipped": {"synthetic": 2},
        "flags": {},
    }


def test_blocks_have_fields_of_their_own() -> None:
    whole = _json(PLAIN, name="blocks")
    assert list(whole)[-1] == "limits"
    assert list(whole["rows"][0]) == ["key", *AMOUNTS, *BLOCKS, "models"]


def test_a_row_is_told_by_the_token() -> None:
    (row,) = _json(PLAIN)["rows"]
    assert {name: row[name] for name in AMOUNTS} == {
        "requests": 1,
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 3_000,
        "cache_write_tokens": 450,
        "cache_write_1h_tokens": 50,
        "total_tokens": 3_570,
        "cost_usd": 0.01,
        "billed_usd": 0.011,
        "unpriced_requests": 0,
    }


def test_costs_are_exact_to_the_picodollar() -> None:
    text = as_json(_report(PLAIN._replace(cost=123_456_789_012_345, billed=1)))
    assert '"cost_usd": 123.456789012345,' in text
    assert json.loads(text)["totals"]["billed_usd"] == 1e-12


def test_an_unknown_price_is_null_where_nothing_else_is_and_the_model_is_named() -> None:
    unknown = at("2026-11-21T12:00")._replace(model=UNPRICED, cost=None, billed=None)
    mixed = unknown._replace(at_ms=PLAIN.at_ms)
    whole = _json(PLAIN, mixed, unknown)
    first, second = whole["rows"]
    assert (first["cost_usd"], first["billed_usd"], first["unpriced_requests"]) == (None, None, 1)
    assert second["models"][UNPRICED]["cost_usd"] is None
    assert (second["cost_usd"], second["unpriced_requests"]) == (0.01, 1)
    assert (whole["totals"]["cost_usd"], whole["totals"]["unpriced_requests"]) == (0.01, 2)
    assert whole["unpriced_models"] == [UNPRICED]


def test_nothing_is_a_report_without_rows() -> None:
    whole = _json()
    assert (whole["rows"], whole["totals"]["requests"], whole["totals"]["cost_usd"]) == ([], 0, 0.0)


def test_names_that_are_not_ascii_stay_readable() -> None:
    assert '"key": "/kim/schöne-grüße"' in as_json(
        _report(PLAIN._replace(project="/kim/schöne-grüße"), name="project")
    )


def test_the_written_schema_names_the_same_fields() -> None:
    schema = json.loads((ROOT / "docs" / "usage.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["schema"]["const"] == "claude-otel/usage/1"
    assert list(schema["properties"]) == list(_json(PLAIN, name="blocks"))
    described = schema["$defs"]
    assert list(described["amounts"]["properties"]) == AMOUNTS
    assert list(described["block"]["properties"]) == BLOCKS
    assert list(described["coverage"]["properties"]) == list(_json(PLAIN)["coverage"])
    assert _without_description(schema) == []


def _without_description(schema: Mapping[str, Any]) -> list[str]:
    parts = [schema, *schema["$defs"].values()]
    fields = (field for part in parts for field in part.get("properties", {}).items())
    return [name for name, field in fields if not ({"description", "$ref"} & field.keys())]


def _csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_the_same_columns_and_the_same_numbers() -> None:
    report = _report(*by_chance(2))
    lines = _csv(as_csv(report, by_model=False))
    rows = json.loads(as_json(report))["rows"]
    assert list(lines[0]) == ["key", *AMOUNTS]
    for line, row in zip(lines, rows, strict=True):
        assert line["key"] == row["key"]
        assert [float(line[name] or "nan") for name in AMOUNTS] == pytest.approx(
            [row[name] if row[name] is not None else float("nan") for name in AMOUNTS],
            rel=0,
            abs=0,
            nan_ok=True,
        )


def test_csv_by_model_has_a_line_for_each_and_adds_up_too() -> None:
    report = _report(*by_chance(2))
    lines = _csv(as_csv(report, by_model=True))
    assert list(lines[0]) == ["key", "model", *AMOUNTS]
    assert sum(int(line["requests"]) for line in lines) == report.totals.requests
    assert {line["cost_usd"] for line in lines if line["model"] == UNPRICED} == {""}


def test_csv_writes_numbers_without_exponents_and_truth_as_json_does() -> None:
    tiny = PLAIN._replace(cost=1)
    (line,) = _csv(as_csv(_report(tiny, name="blocks"), by_model=False))
    assert (line["cost_usd"], line["is_active"]) == ("0.000000000001", "true")
    assert list(line) == ["key", *AMOUNTS, *BLOCKS]


def test_csv_quotes_what_needs_it() -> None:
    odd = PLAIN._replace(project='/kim/"a", b')
    (line,) = _csv(as_csv(_report(odd, name="project"), by_model=False))
    assert line["key"] == '/kim/"a", b'


def test_csv_of_nothing_is_its_heading() -> None:
    assert as_csv(_report(), by_model=False) == "key," + ",".join(AMOUNTS) + "\n"


def test_a_limit_leaves_rows_out_and_totals_whole() -> None:
    responses = by_chance(4)
    whole, cut = _report(*responses), _report(*responses, limit=3)
    assert cut.rows == whole.rows[-3:]
    assert cut.totals == whole.totals
    assert cut.hidden_rows == len(whole.rows) - 3
