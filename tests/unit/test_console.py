"""Is a step told while it runs, without a flood where there is no terminal?"""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console as RichConsole

from provisioner import console as console_module
from provisioner.console import Console


def _console(*, terminal: bool = False) -> Console:
    return Console(out=RichConsole(file=io.StringIO(), force_terminal=terminal, width=100))


def _text(console: Console) -> str:
    assert isinstance(console.out.file, io.StringIO)
    return console.out.file.getvalue()


def test_a_step_ends_with_its_title_and_how_long_it_took() -> None:
    console = _console()
    with console.step("Engines"):
        pass
    assert re.fullmatch(r"✓ Engines \(\d+\.\d s\)\n", _text(console))


def test_a_step_that_fails_is_marked_and_the_error_goes_on() -> None:
    console = _console()
    with pytest.raises(KeyboardInterrupt), console.step("Engines"):
        raise KeyboardInterrupt
    assert _text(console) == "✗ Engines\n"


def test_a_step_that_says_it_went_wrong_is_not_marked_as_done() -> None:
    console = _console()
    with console.step("Verify") as step:
        step.is_ok = False
    assert re.fullmatch(r"✗ Verify \(\d+\.\d s\)\n", _text(console))


def test_without_a_terminal_a_short_step_says_nothing_on_its_way() -> None:
    console = _console()
    with console.step("Engines") as report:
        report("looking for loki")
    assert "loki" not in _text(console)


def test_without_a_terminal_a_long_step_says_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_module, "QUIET_SECONDS", 0.0)
    console = _console()
    with console.step("Engines") as report:
        report("building loki")
    assert _text(console).startswith("  Engines: building loki\n✓ Engines")


def test_in_a_terminal_a_step_shows_what_is_under_way() -> None:
    console = _console(terminal=True)
    with console.step("Engines") as report:
        report("building loki")
    assert "✓" in _text(console)
    assert "Engines" in _text(console)


def test_what_looks_like_markup_is_shown_as_it_stands() -> None:
    console = _console()
    console.say("keep [bold]this[/bold] and [/] that")
    with console.step("Step [red]"):
        pass
    assert _text(console).startswith("keep [bold]this[/bold] and [/] that\n✓ Step [red] (")


def test_narration_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Console().say("hello")
    assert capsys.readouterr() == ("", "hello\n")
