"""Which responses stand behind a row? Each with its time, its cost, and where it was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provisioner.errors import WrongArgument
from provisioner.reports.amounts import of_response, total
from provisioner.reports.document import (
    Report,
    amounts_fields,
    coverage_fields,
    csv_text,
    json_text,
)
from provisioner.reports.report import Question, Reader, row_keys
from provisioner.reports.rows import Row, Value, key_of_response
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import Response

SCHEMA = "claude-otel/usage-responses/1"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A row of a report, and its responses in the order of their times."""

    report: Report
    row: Row
    responses: Sequence[Response]
    zone: Zone


def explain(usage: Reader, question: Question, report: Report, asked: str) -> Explained:
    """The responses behind one row of a report."""
    row = find_row(report.rows, asked)
    key = row_keys(usage, question)
    responses = usage.responses(question.query)
    behind = [each for each in responses if key_of_response(each, key) == row.key]
    return Explained(report=report, row=row, responses=behind, zone=question.zone)


def find_row(rows: Sequence[Row], asked: str) -> Row:
    """The row of that key, or the only one whose key begins or ends so, or has it in it."""
    exact = [row for row in rows if row.key == asked]
    near = [row for row in rows if row.key.startswith(asked) or row.key.endswith(f"/{asked}")]
    found = exact or near or [row for row in rows if asked in row.key]
    if len(found) == 1:
        return found[0]
    named = sorted((row.key for row in found or rows), reverse=True)
    some = ", ".join(named[:_MOST_NAMED]) + (", …" if len(named) > _MOST_NAMED else "")
    raise WrongArgument("--explain", asked, "a row of the report", f"choose one of {some}")


def explained_json(explained: Explained) -> str:
    """The responses as JSON; their amounts add up to those of the row."""
    report = explained.report
    sums = total(map(of_response, explained.responses))
    return json_text(
        {
            "schema": SCHEMA,
            "report": report.name,
            "key": explained.row.key,
            "timezone": report.timezone,
            "responses": list(_fields(explained)),
            "totals": amounts_fields(sums),
            "coverage": coverage_fields(report.coverage),
            "unpriced_models": list(report.unpriced),
        }
    )


def explained_csv(explained: Explained) -> str:
    """The responses as CSV."""
    lines = list(_fields(explained))
    return csv_text(list(lines[0]), lines)


def _fields(explained: Explained) -> Iterable[dict[str, Value]]:
    for each in explained.responses:
        yield response_fields(each, explained.zone)


def response_fields(response: Response, zone: Zone) -> dict[str, Value]:
    """What is told of one response."""
    amounts = amounts_fields(of_response(response))
    numbers = {name: amounts[name] for name in amounts if name.endswith(("_tokens", "_usd"))}
    return {
        "at": zone.shown(response.at_ms),
        "session": response.session,
        "project": response.project,
        "model": response.model,
        "source": response.source,
        **numbers,
        "request_id": response.request_id,
        "message_id": response.message_id,
        "prompt_id": response.prompt_id,
        "path": response.path,
        "offset": response.offset,
    }
