"""Is a program watched while it runs, and gone with all it started when its watcher leaves?"""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from provisioner.engines.watched import Outcome, run_watched


def _run(script: str, directory: Path, lines: list[str]) -> Outcome:
    return run_watched(
        ("/bin/sh", "-c", script),
        directory=directory,
        environment=os.environ,
        logs=directory,
        on_line=lines.append,
    )


def test_run_watched_keeps_results_and_narration_apart(tmp_path: Path) -> None:
    lines: list[str] = []
    outcome = _run("echo one; echo two >&2; printf three >&2; exit 4", tmp_path, lines)
    assert outcome == Outcome(code=4, stdout="one\n", stderr="two\nthree")
    assert [line for line in lines if line] == ["two", "three"]


def test_run_watched_hands_over_lines_while_the_program_runs(tmp_path: Path) -> None:
    seen_while_running = False

    def on_line(line: str) -> None:
        nonlocal seen_while_running
        if line == "ready":
            seen_while_running = True
            (tmp_path / "go-on").touch()

    script = "echo ready >&2; until [ -e go-on ]; do sleep 0.05; done"
    run_watched(
        ("/bin/sh", "-c", script),
        directory=tmp_path,
        environment=os.environ,
        logs=tmp_path,
        on_line=on_line,
    )
    assert seen_while_running


@pytest.mark.parametrize("trap", ["", "trap '' INT TERM;"], ids=["willing", "stubborn"])
def test_interrupt_ends_the_program_and_its_children(
    tmp_path: Path, trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provisioner.engines.watched._GRACE_SECONDS", 0.1)
    monkeypatch.setattr("provisioner.engines.watched._KILL_SECONDS", 0.3)
    started: list[int] = []

    def on_line(line: str) -> None:
        if line:
            started.extend(int(word) for word in line.split())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_watched(
            ("/bin/sh", "-c", f"{trap} sh -c 'echo $PPID $$ >&2; exec sleep 600'; true"),
            directory=tmp_path,
            environment=os.environ,
            logs=tmp_path,
            on_line=on_line,
        )
    assert len(started) == 2
    assert not [number for number in started if _is_running(number)]


def _is_running(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_last_lines_are_the_end_of_what_was_printed() -> None:
    outcome = Outcome(code=1, stdout="result\n", stderr="\n".join(map(str, range(40))) + "\n\n")
    assert outcome.last_lines(3) == ["37", "38", "39"]
