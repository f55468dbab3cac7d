"""What do answers add up to, by day and project, in the transcripts, in Loki and in the ledger?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from provisioner.backends import Prometheus
from provisioner.books.match import tokens
from provisioner.books.told import Told
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import PICODOLLARS, Response

T = TypeVar("T")


class Sum(NamedTuple):
    """Answers, their tokens of all types, and dollars."""

    requests: int = 0
    tokens: int = 0
    cost_usd: float = 0.0


class Cell(NamedTuple):
    """A day, as YYYY-MM-DD, and a project."""

    day: str
    project: str


NOTHING = Sum()
_LEDGER = (
    'sum by (project) (sum_over_time(ledger_api_requests{{outcome="ok"}}[{}ms]))',
    "sum by (project) (sum_over_time(ledger_tokens[{}ms]))",
    "sum by (project) (sum_over_time(ledger_cost_usd[{}ms]))",
)


def plus(one: Sum, other: Sum) -> Sum:
    """Both together."""
    return Sum(
        one.requests + other.requests, one.tokens + other.tokens, one.cost_usd + other.cost_usd
    )


def minus(one: Sum, other: Sum) -> Sum:
    """What the first has more."""
    return plus(one, Sum(-other.requests, -other.tokens, -other.cost_usd))


def of_response(response: Response) -> Sum:
    """One answer, as its transcript tells it."""
    return Sum(1, sum(tokens(response)), (response.cost or 0) / PICODOLLARS)


def of_told(told: Told) -> Sum:
    """One answer, as Loki has it."""
    return Sum(1, sum(told.tokens), told.cost_usd or 0.0)


def total(sums: Iterable[Sum]) -> Sum:
    """All together."""
    found = NOTHING
    for each in sums:
        found = plus(found, each)
    return found


def by_cell(
    items: Iterable[T], cell: Callable[[T], Cell], amount: Callable[[T], Sum]
) -> dict[Cell, Sum]:
    """What items add up to in each cell."""
    found: dict[Cell, Sum] = {}
    for each in items:
        where = cell(each)
        found[where] = plus(found.get(where, NOTHING), amount(each))
    return found


def day_of(at_ms: int, zone: Zone) -> str:
    """The day of a moment, by the clocks of a time zone."""
    return zone.local(at_ms).date().isoformat()


def bounds_of(day: str, zone: Zone) -> tuple[int, int]:
    """When a day begins and ends: 23 to 25 hours, by the clocks of a time zone."""
    begin = date.fromisoformat(day)
    return zone.midnight_ms(begin), zone.midnight_ms(begin + timedelta(days=1))


def read_ledger(prometheus: Prometheus, spans: Mapping[str, tuple[int, int]]) -> dict[Cell, Sum]:
    """The ledger's sums of some days, by the time at which it was told."""
    found: dict[Cell, Sum] = {}
    for day, (begin, end) in spans.items():
        for place, query in enumerate(_LEDGER):
            # A range is (begin, end]: a sample on the stroke of midnight belongs to the new day.
            for each in prometheus.query(query.format(end - begin), (end - 1) / 1000):
                where = Cell(day, each.labels.get("project", ""))
                found[where] = plus(found.get(where, NOTHING), _alone(place, each.value))
    return found


def _alone(place: int, value: float) -> Sum:
    return (Sum(round(value)), Sum(0, round(value)), Sum(0, 0, value))[place]
