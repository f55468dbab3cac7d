"""In which forms can an answer be had? As a table, JSON and CSV; each is made when asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from provisioner.reports.document import (
    Report,
    as_csv,
    as_json,
    coverage_fields,
    json_text,
)
from provisioner.reports.wording import basis_line, coverage_line, unpriced_line

if TYPE_CHECKING:  # what only a table or only an analysis needs is loaded when it is asked for
    from provisioner.reports.analysis import Analysis
    from provisioner.reports.explain import Explained
    from provisioner.reports.grid import Line
    from provisioner.reports.table import Look
    from provisioner.reports.zones import Zone

_wrap = partial(textwrap.wrap, break_on_hyphens=False)

UNLIMITED = 10_000
"""The width of what is no terminal: nothing has to be left out, and nothing is folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer in all its forms, and the report that it is about."""

    as_json: Callable[[], str]
    as_csv: Callable[[], str]
    lines: Callable[[Look], Iterable[Line]]
    report: Report


def of_report(report: Report, *, by_model: bool) -> Result:
    """A report's forms."""

    def lines(look: Look) -> Iterator[Line]:
        from provisioner.reports.block_notes import block_notes  # noqa: PLC0415
        from provisioner.reports.table import report_lines  # noqa: PLC0415

        yield from report_lines(report, look)
        if report.name == "blocks":
            yield from _folded(block_notes(report, look.which, look.zone), look)

    return Result(
        as_json=partial(as_json, report),
        as_csv=partial(as_csv, report, by_model=by_model),
        lines=lines,
        report=report,
    )


def of_explained(explained: Explained) -> Result:
    """The forms of what is behind a row."""
    from provisioner.reports.explain import explained_csv, explained_json  # noqa: PLC0415
    from provisioner.reports.responses_table import response_lines  # noqa: PLC0415

    return Result(
        as_json=partial(explained_json, explained),
        as_csv=partial(explained_csv, explained),
        lines=partial(response_lines, explained),
        report=explained.report,
    )


def of_analysis(report: Report, analysis: Analysis, zone: Zone) -> Result:
    """The forms of a cost analysis of what a report is about; it makes no table for CSV."""

    def analysis_json() -> str:
        from provisioner.reports.analysis.document import analysis_fields  # noqa: PLC0415

        rest = {
            "coverage": coverage_fields(report.coverage),
            "unpriced_models": list(report.unpriced),
        }
        return json_text({**analysis_fields(analysis, zone), **rest})

    return Result(
        as_json=analysis_json, as_csv=str, lines=partial(_analysis_lines, analysis), report=report
    )


def _analysis_lines(analysis: Analysis, look: Look) -> Iterator[Line]:
    import io  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415 - for the analysis alone

    from provisioner.reports.analysis.show import print_analysis  # noqa: PLC0415
    from provisioner.reports.grid import as_line  # noqa: PLC0415

    page = io.StringIO()
    width = look.width or UNLIMITED
    out = Console(file=page, width=width, highlight=False, markup=False, no_color=True)
    print_analysis(analysis, look, out)
    yield from (as_line(text.rstrip()) for text in page.getvalue().splitlines())


def whole_lines(result: Result, look: Look) -> Iterator[Line]:
    """The table, what its numbers are, what has no price, and what all of it rests on."""
    from provisioner.reports.grid import Line  # noqa: PLC0415

    yield from result.lines(look)
    yield Line("")
    yield from _folded(_closing(result.report, look), look)


def _closing(report: Report, look: Look) -> Iterator[str]:
    yield basis_line(report.timezone, look.which)
    if report.unpriced:
        yield unpriced_line(report.unpriced)
    yield coverage_line(report.coverage)


def _folded(texts: Iterable[str], look: Look) -> Iterator[Line]:
    from provisioner.reports.grid import as_line  # noqa: PLC0415

    for text in texts:
        yield from (as_line(part) for part in _wrap(text, look.width or UNLIMITED))
