"""What does reading some transcripts give? Asked of an index in memory, unless a test has one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from provisioner.transcripts.model import Coverage, Query, Response, Slice
from provisioner.transcripts.usage import open_usage
from tests.unit.transcripts.lines import FlatPrices

ALL = Query()


class Counted(NamedTuple):
    """All that was counted; slices and responses agree."""

    coverage: Coverage
    responses: list[Response]
    slices: list[Slice]
    told: list[str]

    @property
    def tokens(self) -> tuple[int, int]:
        """Input of all kinds, and output."""
        given = sum(
            each.input_tokens
            + each.cache_read_tokens
            + each.cache_write_5m_tokens
            + each.cache_write_1h_tokens
            for each in self.responses
        )
        return given, sum(each.output_tokens for each in self.responses)


def count(root: Path, index: Path | None = None, prices: FlatPrices | None = None) -> Counted:
    """Read all transcripts below a `projects` folder, and hold the two answers against another."""
    told: list[str] = []
    wanted = prices or FlatPrices()
    with open_usage([root], index_dir=index, prices=wanted, report=told.append) as usage:
        slices, responses = usage.slices(ALL), list(usage.responses(ALL))
        counted = Counted(usage.coverage, responses, slices, told)
    assert sum(each.requests for each in slices) == len(responses) == counted.coverage.responses
    assert sum(each.output_tokens for each in slices) == counted.tokens[1]
    assert sum(each.cost for each in slices) == sum(each.cost or 0 for each in responses)
    return counted
