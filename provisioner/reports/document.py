"""What do programs get? A report as JSON (`claude-otel/usage/1`) and as CSV, with the same fields.

docs/usage.schema.json describes the JSON. Fields may be added to it; none changes or goes away.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from provisioner.reports.amounts import Amounts
from provisioner.reports.rows import Row, Value
from provisioner.transcripts.model import Coverage

SCHEMA = "claude-otel/usage/1"

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known about a question: rows, totals of all rows, and what they rest on.

    `rows` are the ones to show; totals hold `hidden_rows` more. `extra` are fields of one report.
    """

    name: str
    timezone: str
    rows: Sequence[Row]
    totals: Amounts
    coverage: Coverage
    unpriced: Sequence[str]
    hidden_rows: int = 0
    extra: Json = field(default_factory=dict)


def amounts_fields(amounts: Amounts) -> dict[str, Value]:
    """The fields of a row, of its models and of totals."""
    return {
        "requests": amounts.requests,
        "input_tokens": amounts.input_tokens,
        "output_tokens": amounts.output_tokens,
        "cache_read_tokens": amounts.cache_read_tokens,
        "cache_write_tokens": amounts.cache_write_tokens,
        "cache_write_1h_tokens": amounts.cache_write_1h_tokens,
        "total_tokens": amounts.total_tokens,
        "cost_usd": amounts.dollars("tokens"),
        "billed_usd": amounts.dollars("billed"),
        "unpriced_requests": amounts.unpriced,
    }


def as_json(report: Report) -> str:
    """The report as JSON, ending with a line end."""
    whole = {
        "schema": SCHEMA,
        "report": report.name,
        "timezone": report.timezone,
        "rows": [_row(row) for row in report.rows],
        "totals": amounts_fields(report.totals),
        "coverage": coverage_fields(report.coverage),
        "unpriced_models": list(report.unpriced),
        **report.extra,
    }
    return json_text(whole)


def json_text(whole: Json) -> str:
    """JSON as people and programs can read it."""
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def coverage_fields(coverage: Coverage) -> Json:
    """What the numbers rest on."""
    return {
        "files": coverage.files,
        "gone": coverage.gone,
        "lines": coverage.lines,
        "responses": coverage.responses,
        "duplicates": coverage.duplicates,
        "skipped": dict(sorted(coverage.skipped.items())),
        "flags": dict(sorted(coverage.flags.items())),
    }


def as_csv(report: Report, *, by_model: bool) -> str:
    """The rows as CSV; by model, each row is one line per model."""
    amounts = list(amounts_fields(report.totals))
    if by_model:
        return csv_text(["key", "model", *amounts], _by_model(report.rows))
    extra = report.rows[0].extra if report.rows else ()
    return csv_text(["key", *amounts, *extra], map(_flat, report.rows))


def csv_text(names: Sequence[str], lines: Iterable[Mapping[str, Value]]) -> str:
    """CSV with a line of names; empty where nothing is known."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in line.items()} for line in lines)
    return text.getvalue()


def _cell(value: Value) -> Value:
    """Numbers without an exponent, which not every program reads, and truth as JSON has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else value


def _row(row: Row) -> Json:
    models = {name: amounts_fields(amounts) for name, amounts in row.models.items()}
    return {**_flat(row), "models": models}


def _flat(row: Row) -> dict[str, Value]:
    return {"key": row.key, **amounts_fields(row.amounts), **row.extra}


def _by_model(rows: Sequence[Row]) -> Iterator[dict[str, Value]]:
    for row in rows:
        for model, amounts in row.models.items():
            yield {"key": row.key, "model": model, **amounts_fields(amounts)}
