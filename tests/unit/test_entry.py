"""Is the program run that is meant?"""

from __future__ import annotations

import sys

import pytest

from provisioner import cli, entry
from provisioner.live import statusline


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of the programs were started."""
    started: list[str] = []

    def show_line() -> None:
        started.append("statusline")
        raise SystemExit(0)

    monkeypatch.setattr(cli, "main", lambda: started.append("cli"))
    monkeypatch.setattr(statusline, "main", show_line)
    return started


@pytest.mark.parametrize("arguments", [[], ["status"], ["statusline", "--help"]])
def test_commands_are_read_by_the_command_line(
    called: list[str], arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["claude-otel", *arguments])
    entry.main()
    assert called == ["cli"]


def test_the_status_line_loads_nothing_else(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["claude-otel", "statusline"])
    with pytest.raises(SystemExit):
        entry.main()
    assert called == ["statusline"]
