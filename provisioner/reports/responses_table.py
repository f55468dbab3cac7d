"""How do the responses behind a row look in a terminal? One line each, and where to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from provisioner.reports.amounts import Amounts, CostName, of_response, total
from provisioner.reports.explain import Explained
from provisioner.reports.fit import (
    Layout,
    fitting,
    one_cache_column,
    short_counts,
    short_keys,
    without,
)
from provisioner.reports.grid import Cells, Column, Grid, Line, as_line
from provisioner.reports.table import SHORT_ID, TOKENS, Look, short_model
from provisioner.reports.wording import UNKNOWN, cost, count, dollars, short_count
from provisioner.transcripts.model import Response

_SHORT_REQUEST = 14
_LEFT = ("session", "model", "source", "request", "where")
_WIDEST = Layout(
    columns=(
        *("session", "model", "source"),
        *("input", "output", "cache read", "cache write", "total"),
        *("cost", "request", "where"),
    )
)
_STEPS = (
    without("source"),
    one_cache_column,
    short_counts,
    without("input", "output", "cache"),
    short_keys,
    without("session"),
    without("model"),
)


def response_lines(explained: Explained, look: Look) -> Iterator[Line]:
    """The responses behind a row, and the files that they were read from."""
    files = {path: number for number, path in enumerate(_paths(explained.responses), start=1)}

    def make(layout: Layout) -> Grid:
        return _grid(explained, look, layout, files)

    yield from fitting(make, _WIDEST, _STEPS, look.width)
    yield from (as_line(f"[{number}] {path}") for path, number in files.items())


def _paths(responses: Sequence[Response]) -> list[str]:
    return list(dict.fromkeys(each.path for each in responses))


def _grid(explained: Explained, look: Look, layout: Layout, files: Mapping[str, int]) -> Grid:
    cells = _Texts(which=look.which, layout=layout, files=files)
    sums = total(map(of_response, explained.responses))
    columns = (
        Column(heading=name, total=cells.footer(name, sums), is_number=name not in _LEFT)
        for name in layout.columns
    )
    return Grid(
        columns=[Column(heading="time", total="total", is_number=False), *columns],
        rows=[
            Cells(
                [
                    f"{explained.zone.local(each.at_ms):%Y-%m-%d %H:%M:%S}",
                    *(cells.cell(name, each) for name in layout.columns),
                ]
            )
            for each in explained.responses
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """What is written into one table."""

    which: CostName
    layout: Layout
    files: Mapping[str, int]

    def cell(self, name: str, response: Response) -> str:
        if name in TOKENS:
            return self.count(TOKENS[name](of_response(response)))
        known: Mapping[str, Callable[[], str]] = {
            "session": lambda: response.session[:SHORT_ID],
            "model": lambda: short_model(response.model),
            "source": lambda: response.agent_type or response.source,
            "cost": lambda: self._cost(response),
            "request": lambda: self._request(response),
            "where": lambda: f"[{self.files[response.path]}]@{response.offset}",
        }
        return known[name]()

    def footer(self, name: str, sums: Amounts) -> str:
        if name in TOKENS:
            return self.count(TOKENS[name](sums))
        return cost(sums, self.which) if name == "cost" else ""

    def count(self, number: float) -> str:
        return short_count(number) if self.layout.has_short_counts else count(number)

    def _request(self, response: Response) -> str:
        name = response.request_id or response.message_id
        is_long = self.layout.has_short_keys and len(name) > _SHORT_REQUEST
        return f"{name[: _SHORT_REQUEST - 1]}…" if is_long else name

    def _cost(self, response: Response) -> str:
        picodollars = response.cost if self.which == "tokens" else response.billed
        return UNKNOWN if picodollars is None else dollars(picodollars)
