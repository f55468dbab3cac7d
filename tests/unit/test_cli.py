"""Does every end of a command become words and the right exit code?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from docker.errors import APIError

from provisioner import __version__, cli
from provisioner.errors import Problem, Refused, SettingsError
from tests.conftest import ROOT

Ends = Callable[..., list[str]]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """A command that ends in a given way; gives its command line."""

    def make(end: BaseException | int | None, name: str = "ending") -> list[str]:
        @click.command()
        def ending() -> int | None:
            if isinstance(end, BaseException):
                raise end
            return end

        monkeypatch.setitem(cli.cli.commands, name, ending)
        return [name]

    return make


@pytest.fixture(autouse=True)
def _logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Bug reports stay in the test's own folder, and so does what main() does to signals."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize(("end", "code"), [(None, 0), (0, 0), (1, 1), (4, 4)])
def test_a_command_gives_its_own_exit_code(ends: Ends, end: int | None, code: int) -> None:
    assert cli.run(ends(end)) == code


def test_an_expected_failure_is_one_sentence_and_exit_one(
    ends: Ends, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(ends(Refused("say yes first"))) == 1
    assert capsys.readouterr() == ("", "error: say yes first\n")


def test_what_the_system_refuses_is_told_with_what_to_mend(
    ends: Ends, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(ends(PermissionError(13, "Permission denied", "/data"))) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: [Errno 13] Permission denied: '/data'\n  next: mend that")


def test_a_refusal_without_words_is_still_no_defect_of_ours(ends: Ends) -> None:
    assert cli.run(ends(ConnectionRefusedError())) == 1


def test_wrong_settings_are_wrong_usage(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(source=".env", key="X", value=None, expected="y")
    assert cli.run(ends(SettingsError([problem]))) == 2
    assert capsys.readouterr().err == "error: 1 wrong setting:\n  .env: X: expected y\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["up", "--no-such"], ["env", "--shell", "x"]])
def test_wrong_usage_is_exit_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: claude-otel")


def test_help_and_version_are_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert cli.run(["-h"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"claude-otel, version {__version__}\nUsage: claude-otel")
    assert err == ""


def test_what_docker_refuses_is_told_in_its_words(
    ends: Ends, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(ends(APIError("500 Server Error", explanation="no space left"))) == 1
    assert capsys.readouterr().err.startswith("error: no space left\n  next: mend that")


@pytest.mark.parametrize("end", [KeyboardInterrupt(), click.Abort()])
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("up", "interrupted: run the command again to go on, or `claude-otel down`\n"),
        ("down", "interrupted: run the command again to go on\n"),
        ("status", "interrupted\n"),
        ("logs", ""),
    ],
)
def test_an_interruption_says_how_to_go_on_where_something_was_begun(
    ends: Ends, command: str, said: str, end: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(ends(end, command)) == 130
    assert capsys.readouterr().err.lstrip() == said


ENGINES_SPEAK = {"docker", "grpc", "requests", "psutil", "supervisor"}


@pytest.mark.parametrize(
    ("command", "needless"),
    [("--help", {*ENGINES_SPEAK, "pydantic", "rich", "yaml"}), ("env", {*ENGINES_SPEAK, "rich"})],
)
def test_a_command_does_not_wait_for_what_only_others_need(
    checkout: Path, command: str, needless: set[str]
) -> None:
    program = (
        f"import sys; from provisioner.cli import run; run([{command!r}]); print(*sys.modules)"
    )
    environ = {**os.environ, "CLAUDE_OTEL_ROOT": str(checkout), "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", program, command]
    out = subprocess.check_output(line, env=environ, text=True)
    imported = set(out.splitlines()[-1].split())
    assert "provisioner.cli" in imported
    assert imported & needless == set()


@pytest.fixture
def unread() -> Iterator[int]:
    """The end of a pipe to write to, whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("command", ["--help", "status", "env", "plan"])
def test_a_reader_who_has_seen_enough_ends_a_command_quietly(
    checkout: Path, tmp_path: Path, unread: int, command: str
) -> None:
    environ = {
        "CLAUDE_OTEL_ROOT": str(checkout),
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RUNTIME": "native",
    }
    line = [sys.executable, "-m", "provisioner", command]
    done = subprocess.run(line, env=environ, stdout=unread, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")
    both = subprocess.run(line, env=environ, stdout=unread, stderr=unread, check=False)
    assert both.returncode == 141


def test_a_defect_of_ours_is_exit_three_with_a_report_that_is_ready(
    ends: Ends, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(ends(ZeroDivisionError("oops"))) == 3
    (report,) = tmp_path.rglob("bug-*.md")
    assert capsys.readouterr().err == (
        "error: a defect of claude-otel (ZeroDivisionError: oops)\n"
        f"  next: please report it; the report is ready in {report}\n"
    )
    text = report.read_text(encoding="utf-8")
    assert text.startswith("# claude-otel: ZeroDivisionError\n- command: claude-otel ending\n")
    assert f"- version: {__version__}, Python 3." in text
    assert text.endswith("ZeroDivisionError: oops\n```\n")


def test_a_report_goes_to_the_temporary_directory_where_there_is_no_home(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli.run(ends(ZeroDivisionError("oops"))) == 3
    (report,) = tmp_path.glob("bug-*.md")
    assert f"the report is ready in {report}\n" in capsys.readouterr().err


def test_a_report_that_cannot_be_kept_is_shown(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    monkeypatch.setattr("tempfile.tempdir", "/dev/null/tmp")
    assert cli.run(ends(ZeroDivisionError("oops"))) == 3
    said = capsys.readouterr().err
    assert "the report could not be kept; here it is:\n\n# claude-otel: Zero" in said
    assert "Traceback" in said


def test_main_ends_the_process_with_the_exit_code(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["claude-otel", *ends(4)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 4


def test_being_told_to_end_is_an_interruption(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["claude-otel", *ends(0)])
    with pytest.raises(SystemExit):
        cli.main()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
