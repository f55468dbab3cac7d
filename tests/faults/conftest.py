"""The stacks of `make faults`, the table at its end, and an orderly end when it is stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.account import Account
from tests.faults.table import Row, row_of, table
from tests.stack.conftest import api, runner, stack, stacks

__all__ = ["api", "runner", "stack", "stacks"]

ROWS = pytest.StashKey[list[Row]]()

Enter = Callable[[str, Account], None]
"""Puts what came of a fault into the table."""


def pytest_configure(config: pytest.Config) -> None:
    """Nothing has been tried yet."""
    config.stash[ROWS] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs engines, and more time than other tests."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """The table, also of what came before a failure."""
    if rows := config.stash[ROWS]:
        terminalreporter.section("faults")
        for line in table(rows):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def _orderly_end() -> Iterator[None]:
    """A request to end is taken like ^C: stacks, processes and mounts are taken away first."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """The rows of the table so far."""
    return pytestconfig.stash[ROWS]


@pytest.fixture
def enter(rows: list[Row]) -> Enter:
    """Enter an account under the name of its fault."""
    return lambda fault, account: rows.append(row_of(fault, account))
