"""A backup made under traffic holds every record once, and another stack goes on from there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from provisioner.settings import RuntimeName
from tests.stack.books import Books, eventually
from tests.stack.runs import TOLERANCE, pass_event
from tests.stack.stacks import TestStack, prepare_stack
from tests.stack.traffic import cost_of_first, numbers_in_loki, traffic

PROJECT = "acme/kept"
OTHER: dict[RuntimeName, RuntimeName] = {"docker": "native", "native": "docker"}


def test_a_backup_under_traffic_is_restored_under_the_other_runtime_with_nothing_lost_or_doubled(
    own_stack: TestStack, tmp_path: Path
) -> None:
    file = tmp_path / "kept.tar.gz"
    with traffic(own_stack, PROJECT) as flowing:
        eventually(lambda: flowing.acknowledged > 300, expected=True)
        before = flowing.acknowledged
        told = own_stack.succeed("backup", str(file))
        after = flowing.acknowledged
        eventually(lambda: flowing.acknowledged > after + 20, expected=True)
    assert "$0.000000, 0 requests" not in told
    _assert_holds_the_first(own_stack, flowing.acknowledged)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []
    other = prepare_stack(tmp_path / "other", OTHER[own_stack.runtime])
    try:
        assert "as in the backup of" in other.succeed("restore", str(file))
        kept = len(numbers_in_loki(other, PROJECT))
        assert before <= kept <= after
        _assert_holds_the_first(other, kept)
        assert other.succeed("plan") == "nothing to change\n"
    finally:
        other.succeed("clean", "--yes")


def _assert_holds_the_first(stack: TestStack, count: int) -> None:
    """So many events, each once, in both stores."""
    pass_event(stack)
    assert numbers_in_loki(stack, PROJECT) == list(range(count))
    books = Books(stack=stack, project=PROJECT)
    assert books.total("ledger_api_requests") == count
    expected = pytest.approx(cost_of_first(count), rel=TOLERANCE, abs=0)
    assert books.total("ledger_cost_usd") == expected
