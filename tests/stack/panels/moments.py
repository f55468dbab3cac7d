"""Which moments must every board mark?"""

from __future__ import annotations

from collections.abc import Mapping

from tests.stack.said import lines
from tests.stack.truth import Expected

RESTARTS = "Stack restarts"
"""Not anybody's use of Claude Code: looked at by itself."""

MOMENTS: Mapping[str, Expected] = {
    "Compactions": lambda truth: lines(truth.happened("compaction")),
    "Errors": lambda truth: lines(truth.happened("api_error")),
}
