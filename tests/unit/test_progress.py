"""Is progress seen where somebody looks, and nothing else lost?"""

from __future__ import annotations

import io

import pytest

from provisioner import progress
from provisioner.progress import showing_progress


class _Terminal(io.StringIO):
    """A stderr that is one."""

    def isatty(self) -> bool:
        return True


def test_in_a_terminal_progress_is_one_line_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with showing_progress() as say:
        say("1 of 2 MB")
        say("2 of 2 MB")
        say("the index is damaged")
        say("3 of 3 MB")
    assert terminal.getvalue() == (
        "\r\x1b[K1 of 2 MB\r\x1b[K2 of 2 MB\r\x1b[Kthe index is damaged\n\r\x1b[K3 of 3 MB\r\x1b[K"
    )


def test_elsewhere_it_is_told_now_and_then_and_what_is_no_progress_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with showing_progress() as say:
        say("1 of 3 MB")
        monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
        say("2 of 3 MB")
        monkeypatch.setattr(progress, "QUIET_SECONDS", 5.0)
        say("3 of 3 MB")
        say("the index is damaged")
    assert capsys.readouterr().err == "2 of 3 MB\nthe index is damaged\n"
