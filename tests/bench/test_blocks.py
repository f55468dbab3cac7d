"""Is history that of working days?"""

from __future__ import annotations

from datetime import UTC, datetime

from bench.load.blocks import working_days


def test_working_days_end_before_today_and_leave_weekends_out() -> None:
    monday = datetime(2026, 11, 23, 15, tzinfo=UTC)
    found = [each.date().isoformat() for each in working_days(6, monday)]
    assert found == [
        "2026-11-13",
        "2026-11-16",
        "2026-11-17",
        "2026-11-18",
        "2026-11-19",
        "2026-11-20",
    ]
