"""In which forms can an answer be had? As a table, JSON and CSV; each is made when asked for."""

from __future__ import annotations

from collections.abc import Callable
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
from provisioner.reports.explain import Explained, explained_csv, explained_json
from provisioner.reports.wording import basis_line, coverage_line, unpriced_line

if TYPE_CHECKING:  # rich takes as long to load as all the rest; only tables need it
    from rich.console import Console

    from provisioner.reports.analysis import Analysis
    from provisioner.reports.table import Look
    from provisioner.reports.zones import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer in all its forms, and what it rests on."""

    as_json: Callable[[], str]
    as_csv: Callable[[], str]
    show: Callable[[Look, Console], None]
    report: Report


def of_report(report: Report, *, by_model: bool) -> Result:
    """A report's forms."""

    def show(look: Look, out: Console) -> None:
        from provisioner.reports.block_notes import block_notes  # noqa: PLC0415
        from provisioner.reports.table import show_report  # noqa: PLC0415

        show_report(report, look, out)
        if report.name == "blocks":
            for note in block_notes(report, look.which, look.zone):
                out.print(note)

    return Result(
        as_json=partial(as_json, report),
        as_csv=partial(as_csv, report, by_model=by_model),
        show=show,
        report=report,
    )


def of_explained(explained: Explained) -> Result:
    """The forms of what is behind a row."""

    def show(look: Look, out: Console) -> None:
        from provisioner.reports.responses_table import show_responses  # noqa: PLC0415

        show_responses(explained, look, out)

    return Result(
        as_json=partial(explained_json, explained),
        as_csv=partial(explained_csv, explained),
        show=show,
        report=explained.report,
    )


def of_analysis(report: Report, analysis: Analysis, zone: Zone) -> Result:
    """The forms of a cost analysis of what a report is about; it makes no table for CSV."""

    def show(look: Look, out: Console) -> None:
        from provisioner.reports.analysis.show import print_analysis  # noqa: PLC0415

        print_analysis(analysis, look, out)

    def analysis_json() -> str:
        from provisioner.reports.analysis.document import analysis_fields  # noqa: PLC0415

        rest = {
            "coverage": coverage_fields(report.coverage),
            "unpriced_models": list(report.unpriced),
        }
        return json_text({**analysis_fields(analysis, zone), **rest})

    return Result(as_json=analysis_json, as_csv=str, show=show, report=report)


def show_whole(result: Result, look: Look, out: Console) -> None:
    """Print the table, what has no price, and what the numbers rest on."""
    result.show(look, out)
    out.print()
    out.print(basis_line(result.report.timezone, look.which))
    if result.report.unpriced:
        out.print(unpriced_line(result.report.unpriced))
    out.print(coverage_line(result.report.coverage))
