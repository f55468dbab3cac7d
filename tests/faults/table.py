"""What came of each fault, for people to read at the end?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.faults.account import Account

HEADINGS = (
    "fault",
    "sent",
    "acknowledged",
    "in Prometheus",
    "in Loki",
    "lost",
    "twice",
    "kept though refused",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault: API requests by what became of them. The real client does not tell of answers."""

    fault: str
    sent: int
    acknowledged: int | None
    in_prometheus: int
    in_loki: int
    lost: int
    twice: int
    kept_though_refused: int = 0

    @property
    def cells(self) -> tuple[str, ...]:
        numbers = (
            self.sent,
            self.acknowledged,
            self.in_prometheus,
            self.in_loki,
            self.lost,
            self.twice,
            self.kept_though_refused,
        )
        return (self.fault, *("" if each is None else f"{each:,}" for each in numbers))


def row_of(fault: str, account: Account) -> Row:
    """The account of a fault in API requests; of batches of counters, those lost or twice."""
    return Row(
        fault=fault,
        sent=account.requests(account.offered),
        acknowledged=account.requests(account.acknowledged),
        in_prometheus=account.requests_in("prometheus"),
        in_loki=account.requests_in("loki"),
        lost=len(account.lost),
        twice=len(account.twice),
        kept_though_refused=len(account.kept_though_refused),
    )


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Lines in columns; lost, twice and kept are counted in batches."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for first, *numbers in lines:
        cells = (cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells])
