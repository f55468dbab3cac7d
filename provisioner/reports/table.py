"""How does a report look? As wide as the terminal; elsewhere whole, and always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from provisioner.reports.amounts import Amounts, CostName, minus, total
from provisioner.reports.blocks import BLOCK_MS, start_of
from provisioner.reports.document import Report
from provisioner.reports.fit import (
    Layout,
    fitting,
    one_cache_column,
    short_counts,
    short_keys,
    without,
)
from provisioner.reports.grid import Cells, Column, Grid, Line
from provisioner.reports.rows import Row
from provisioner.reports.wording import cost, count, of_usd, short_count
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import SLOT_MS

SHORT_ID = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a report is to be shown; without a width it is as wide as it needs."""

    which: CostName
    by_model: bool
    zone: Zone
    width: int | None


STEPS = (
    without("models"),
    short_keys,
    one_cache_column,
    short_counts,
    without("input", "output", "cache"),
    without("requests", "project"),
    without("tokens/min", "last day"),
)
"""What is given up for a narrower table, in this order."""

_COUNTS = ("requests", "input", "output", "cache read", "cache write", "total")
_LEADING: Mapping[str, Sequence[str]] = {
    "session": ("project", "last day", "models"),
    "blocks": ("state", "models"),
    "model": (),
}
_LEFT = ("project", "last day", "models", "state")
_KEYS: Mapping[str, str] = {"daily": "day", "weekly": "week", "monthly": "month", "blocks": "block"}

TOKENS: Mapping[str, Callable[[Amounts], int]] = {
    "requests": lambda amounts: amounts.requests,
    "input": lambda amounts: amounts.input_tokens,
    "output": lambda amounts: amounts.output_tokens,
    "cache read": lambda amounts: amounts.cache_read_tokens,
    "cache write": lambda amounts: amounts.cache_write_tokens,
    "cache": lambda amounts: amounts.cache_read_tokens + amounts.cache_write_tokens,
    "total": lambda amounts: amounts.total_tokens,
}


def report_lines(report: Report, look: Look) -> Iterator[Line]:
    """The lines of a report's table."""

    def make(layout: Layout) -> Grid:
        return _grid(report, look, layout)

    return fitting(make, _widest(report.name), STEPS, look.width)


def _widest(report: str) -> Layout:
    leading = _LEADING.get(report, ("models",))
    rates = ("tokens/min", "cost/h") if report == "blocks" else ()
    return Layout(columns=(*leading, *_COUNTS, "cost", *rates))


def _grid(report: Report, look: Look, layout: Layout) -> Grid:
    cells = _Texts(report=report, look=look, layout=layout)
    key = Column(heading=_KEYS.get(report.name, report.name), total="total", is_number=False)
    columns = (
        Column(
            heading=name if name != "cost" or look.which == "tokens" else "billed",
            total=cells.footer(name),
            is_number=name not in _LEFT,
        )
        for name in layout.columns
    )
    rows = [
        Cells(
            [label, *(cells.cell(name, row, amounts) for name in layout.columns)],
            is_bold=row is not None and bool(row.extra.get("is_active")),
        )
        for label, row, amounts in _lines(report, look, cells)
    ]
    return Grid(columns=[key, *columns], rows=rows)


def _lines(report: Report, look: Look, cells: _Texts) -> Iterator[tuple[str, Row | None, Amounts]]:
    for row in report.rows:
        yield cells.label(row), row, row.amounts
        if look.by_model and report.name != "model":
            for model, amounts in row.models.items():
                yield f"  {short_model(model)}", None, amounts
    if hidden := report.hidden_rows:
        shown = total(row.amounts for row in report.rows)
        yield f"{count(hidden)} more", None, minus(report.totals, shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """What is written into one table."""

    report: Report
    look: Look
    layout: Layout

    def label(self, row: Row) -> str:
        if self.report.name == "blocks":
            start, end = (self.look.zone.local(start_of(row) + ms) for ms in (0, BLOCK_MS))
            year = "" if self.layout.has_short_keys else f"{start:%Y}-"
            return f"{year}{start:%m-%d %H:%M} - {end:%H:%M}"
        if not self.layout.has_short_keys:
            return row.key
        match self.report.name:
            case "session":
                return row.key[:SHORT_ID]
            case "project":
                return self._short_path(row.key)
            case "model":
                return short_model(row.key)
        return row.key

    def cell(self, name: str, row: Row | None, amounts: Amounts) -> str:
        if name in TOKENS:
            return self._count(TOKENS[name](amounts))
        if name == "cost":
            return cost(amounts, self.look.which)
        return self._of_row(name, row) if row else ""

    def footer(self, name: str) -> str:
        is_sum = name in TOKENS or name == "cost"
        return self.cell(name, None, self.report.totals) if is_sum else ""

    def _of_row(self, name: str, row: Row) -> str:
        match name:
            case "models":
                return ", ".join(short_model(model) for model in row.models)
            case "project":
                return PurePath(row.project).name or row.project
            case "last day":
                return f"{self.look.zone.local(row.last * SLOT_MS):%Y-%m-%d}"
            case "state":
                return _state(row)
            case "tokens/min":
                pace = row.extra["tokens_per_minute"]
                return "" if pace is None else self._count(float(pace))
        which = "cost" if self.look.which == "tokens" else "billed"
        return of_usd(row.extra[f"{which}_usd_per_hour"])

    def _count(self, number: float) -> str:
        return short_count(number) if self.layout.has_short_counts else count(number)

    def _short_path(self, path: str) -> str:
        """The last part of a path, unless two of the rows end alike."""
        name = PurePath(path).name
        alike = [row for row in self.report.rows if PurePath(row.key).name == name]
        return name if len(alike) == 1 and name else path


def short_model(model: str) -> str:
    """A model's name without what nearly all of them begin with."""
    return model.removeprefix("claude-")


def _state(row: Row) -> str:
    """Whether a block goes on, and how much of it has not happened yet."""
    parts = ["active"] if row.extra["is_active"] else []
    if yet_to_come := row.extra["future_requests"]:
        parts.append(f"{count(int(yet_to_come))} in the future")
    return ", ".join(parts)
