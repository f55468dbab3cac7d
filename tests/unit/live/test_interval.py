"""Is every way to write a pause understood, and nonsense refused?"""

from __future__ import annotations

import pytest

from provisioner.errors import WrongArgument
from provisioner.live.interval import parse_interval


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3s", 3.0), ("3000ms", 3.0), ("1.5", 1.5), ("2m", 120.0), (" 10 S ", 10.0), ("60m", 3600.0)],
)
def test_spans_are_seconds(text: str, seconds: float) -> None:
    assert parse_interval(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "-1s", "3x", "50ms", "0", "2h", "61m", "1e3", "nan"])
def test_what_is_no_span_or_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(WrongArgument, match="100ms to 60m, as in 3s or 500ms"):
        parse_interval(text)
