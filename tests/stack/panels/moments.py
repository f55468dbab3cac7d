"""Which moments must every board mark?"""

from __future__ import annotations

from collections.abc import Mapping

from tests.stack.truth.arithmetic import Expected
from tests.stack.truth.said import lines

RESTARTS = "Stack restarts"
"""Not anybody's use of Claude Code: looked at by itself."""

MOMENTS: Mapping[str, Expected] = {
    "Compactions": lambda truth: lines(truth.happened("compaction")),
    "Errors": lambda truth: lines(truth.happened("api_error")),
}
