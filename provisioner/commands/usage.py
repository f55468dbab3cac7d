"""`claude-otel usage`: what was used, read from the client's transcripts; needs no stack."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from provisioner.errors import WrongArgument
from provisioner.files import write_atomically
from provisioner.reports.calendar import WEEKDAYS, Weekday
from provisioner.reports.rows import ORDERS, Order, usual_order
from provisioner.reports.wording import unpriced_line

if TYPE_CHECKING:  # none of these is loaded before it is needed: quick commands start quickly
    from provisioner.prices import Prices
    from provisioner.reports.amounts import CostName
    from provisioner.reports.report import Question, Reader, ReportName
    from provisioner.reports.result import Result

REPORTS: dict[ReportName, str] = {
    "daily": "Show usage by day.",
    "weekly": "Show usage by week.",
    "monthly": "Show usage by month.",
    "session": "Show usage by session.",
    "project": "Show usage by project: the folder that the client worked in.",
    "model": "Show usage by model.",
    "blocks": "Show usage by five-hour block, with burn rate and projection.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was written on the command line."""

    since: str | None
    until: str | None
    timezone: str | None
    projects: tuple[str, ...]
    models: tuple[str, ...]
    breakdown: bool
    which: CostName
    as_json: bool
    as_csv: bool
    order: Order | None
    limit: int | None
    strict: bool
    explain: str | None
    cost_analysis: bool
    output: Path | None
    week_start: Weekday


_OPTIONS = (
    click.option(
        "--since", metavar="WHEN", help="Count from then on: 2026-11-22, 2026-W47, 7d, 2h."
    ),
    click.option("--until", metavar="WHEN", help="Count until then; of a day, week or month all."),
    click.option("--timezone", metavar="ZONE", help="Begin days as in Europe/Berlin, not as here."),
    click.option(
        "--project",
        "projects",
        multiple=True,
        metavar="PATH",
        help="Count only this folder: its path or last part. Repeatable.",
    ),
    click.option(
        "--model",
        "models",
        multiple=True,
        metavar="NAME",
        help="Count only this model: opus is enough. Repeatable.",
    ),
    click.option("--breakdown", is_flag=True, help="Show the models of each row."),
    click.option(
        "--cost",
        "which",
        type=click.Choice(["tokens", "billed"]),
        default="tokens",
        show_default=True,
        help="Show tokens at list prices, or what is likely to be billed.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
    click.option("--csv", "as_csv", is_flag=True, help="Print CSV."),
    click.option(
        "--order",
        type=click.Choice(ORDERS),
        help="Newest last (asc) or first (desc), or the largest first.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=1), help="Show so many rows: the newest or the largest."
    ),
    click.option("--strict", is_flag=True, help="Exit with 1 if a model has no known price."),
    click.option("--explain", metavar="ROW", help="Show the responses behind one row."),
    click.option(
        "--cost-analysis",
        is_flag=True,
        help="Show where the money went, and what would have been cheaper, instead.",
    ),
    click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write a .csv or .json file as well.",
    ),
    click.option(
        "--week-start",
        type=click.Choice(WEEKDAYS),
        default="monday",
        show_default=True,
        help="The day on which weeks start.",
    ),
)


class Reports(click.Group):
    """A group whose first command is meant when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for_group = args and (args[0] in ctx.help_option_names or not args[0].startswith("-"))
        return super().parse_args(ctx, args if for_group else [next(iter(REPORTS)), *args])


@click.group(cls=Reports)
def usage() -> None:
    """Show what was used, from the client's transcripts.

    Needs neither the stack nor a checkout. Without a report's name it is the daily one, and takes
    the options of that. Exits with 4 when there is nothing to report on.
    """


def _add(name: ReportName, text: str) -> None:
    def run(**given: Any) -> int:  # noqa: ANN401 - what click has checked
        return _run(name, Options(**given))

    for option in reversed(_OPTIONS):
        option(run)
    usage.command(name, help=text)(run)


for _name, _text in REPORTS.items():
    _add(_name, _text)


def _run(name: ReportName, options: Options) -> int:
    _refuse_contradictions(options)
    question = _question(name, options)
    with _opened() as (reader, prices):
        from provisioner.reports.report import no_data, with_whole_names  # noqa: PLC0415

        question = replace(question, query=with_whole_names(reader, question.query))
        result = _result(reader, prices, question, options)
        if result.report.rows or options.as_json or options.as_csv:
            _print(result, question, options)
        if not result.report.rows:
            raise no_data(reader, question.query)
    return int(options.strict and bool(result.report.unpriced))


def _refuse_contradictions(options: Options) -> None:
    suffix = options.output.suffix if options.output else ".json"
    if suffix not in {".csv", ".json"}:
        raise WrongArgument("--output", str(options.output), "a name that ends in .csv or .json")
    shapes = {"--breakdown": options.breakdown, "--limit": options.limit, "--order": options.order}
    refused: dict[str, Mapping[str, object]] = {}
    if options.as_json:
        refused["--json"] = {"--csv": options.as_csv}
    if options.explain is not None:
        refused["--explain"] = shapes
    if options.cost_analysis:
        csv = {"--csv": options.as_csv, "--output FILE.csv": suffix == ".csv"}
        refused["--cost-analysis"] = {**shapes, "--explain": options.explain, **csv}
    for option, others in refused.items():
        for other, given in others.items():
            if given:
                raise click.UsageError(f"{option} and {other} exclude each other: leave one out")


def _question(name: ReportName, options: Options) -> Question:
    from provisioner.live.limits import read_limits  # noqa: PLC0415
    from provisioner.reports.periods import between  # noqa: PLC0415
    from provisioner.reports.report import Question  # noqa: PLC0415
    from provisioner.reports.zones import find_zone  # noqa: PLC0415
    from provisioner.transcripts.model import Query  # noqa: PLC0415

    now_ms = time.time_ns() // 1_000_000
    zone = find_zone(options.timezone, os.environ)
    since_ms, until_ms = between(options.since, options.until, zone, now_ms)
    query = Query(
        since_ms=since_ms,
        until_ms=until_ms,
        projects=[_whole_path(project) for project in options.projects],
        models=options.models,
    )
    return Question(
        report=name,
        query=query,
        zone=zone,
        now_ms=now_ms,
        week_start=options.week_start,
        which=options.which,
        order=options.order or usual_order(name),
        limit=options.limit,
        told=read_limits() if name == "blocks" else None,
    )


def _whole_path(project: str) -> str:
    """A path as transcripts have it, links and all; a mere name stays one."""
    if not project.startswith((".", "~")) and os.sep not in project:
        return project
    return os.path.abspath(Path(project).expanduser())  # noqa: PTH100 - resolve() follows links


def _result(reader: Reader, prices: Prices, question: Question, options: Options) -> Result:
    from provisioner.reports import result  # noqa: PLC0415
    from provisioner.reports.report import answer  # noqa: PLC0415

    report = answer(reader, question)
    if options.cost_analysis:
        from provisioner.reports.analysis import analyse  # noqa: PLC0415

        analysis = analyse(reader.responses(question.query), prices)
        return result.of_analysis(report, analysis, question.zone)
    if options.explain is None or not report.rows:
        return result.of_report(report, by_model=options.breakdown)
    from provisioner.reports.explain import explain  # noqa: PLC0415

    return result.of_explained(explain(reader, question, report, options.explain))


def _print(result: Result, question: Question, options: Options) -> None:
    if options.as_json:
        click.echo(result.as_json(), nl=False)
    elif options.as_csv:
        click.echo(result.as_csv(), nl=False)
    else:
        _show(result, question, options)
    if result.report.unpriced and (options.as_csv or (options.as_json and options.strict)):
        click.echo(unpriced_line(result.report.unpriced), err=True)
    if options.output:
        text = result.as_csv() if options.output.suffix == ".csv" else result.as_json()
        write_atomically(options.output, text)
        click.echo(f"written to {options.output}", err=True)


def _show(result: Result, question: Question, options: Options) -> None:
    from provisioner.reports.result import whole_lines  # noqa: PLC0415
    from provisioner.reports.table import Look  # noqa: PLC0415

    is_told = os.environ.get("COLUMNS", "").isdigit()
    look = Look(
        which=options.which,
        by_model=options.breakdown,
        zone=question.zone,
        width=get_terminal_size().columns if is_told or sys.stdout.isatty() else None,
    )
    for line in whole_lines(result, look):
        click.secho(line.text, bold=line.is_bold or None)


@contextmanager
def _opened() -> Iterator[tuple[Reader, Prices]]:
    """All that the client's transcripts tell, and the prices it was counted with."""
    from provisioner.prices import open_prices  # noqa: PLC0415
    from provisioner.progress import showing_progress  # noqa: PLC0415
    from provisioner.transcripts.places import index_directory, roots  # noqa: PLC0415
    from provisioner.transcripts.usage import open_usage  # noqa: PLC0415

    directory = index_directory(os.environ)
    prices = open_prices(directory)
    folders = roots(os.environ, Path.home())
    with ExitStack() as stack:
        with showing_progress() as say:
            opening = open_usage(folders, index_dir=directory, prices=prices, report=say)
            reader = stack.enter_context(opening)
        yield reader, prices
