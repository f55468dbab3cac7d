"""Are processes that a killed supervisord left behind found, and no others, and ended?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from provisioner.runtime.orphans import Orphan, find_orphans, stop_orphan

SLEEP = "import time; print(flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"

Begin = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts a process with these arguments, which sleeps until the test has ended."""
    with ExitStack() as ends:

        def start(*arguments: str, script: str = SLEEP) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-c", script, *arguments]
            process = ends.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            ends.callback(process.kill)
            assert process.stdout
            process.stdout.readline()
            return process

        yield start


def _found(home: Path) -> list[tuple[str, int]]:
    return [(each.name, each.process.pid) for each in find_orphans(home)]


def test_engines_are_known_by_their_config_in_the_home_and_the_door_is_first(
    begin: Begin, tmp_path: Path
) -> None:
    loki = begin(f"-config.file={tmp_path}/config/loki/config.yaml")
    collector = begin(f"--config={tmp_path}/config/collector/config.yaml")
    assert _found(tmp_path) == [("collector", collector.pid), ("loki", loki.pid)]


def test_a_supervisord_that_does_not_answer_is_first_of_all(begin: Begin, tmp_path: Path) -> None:
    loki = begin(f"-config.file={tmp_path}/config/loki/config.yaml")
    deaf = begin("-m", "supervisor.supervisord", "-c", f"{tmp_path}/supervisord.conf")
    assert _found(tmp_path) == [("supervisord", deaf.pid), ("loki", loki.pid)]


@pytest.mark.parametrize(
    "argument",
    [
        "{home}/config/loki/config.yaml",
        "-config.file={home}-other/config/loki/config.yaml",
        "-config.file={home}/config/mine/config.yaml",
    ],
)
def test_an_editor_another_stack_and_another_program_are_left_alone(
    begin: Begin, tmp_path: Path, argument: str
) -> None:
    begin(argument.format(home=tmp_path))
    assert _found(tmp_path) == []


def test_an_orphan_is_asked_to_end_and_that_is_told(begin: Begin, tmp_path: Path) -> None:
    process = begin(f"-config.file={tmp_path}/config/loki/config.yaml")
    told: list[str] = []
    (orphan,) = find_orphans(tmp_path)
    stop_orphan(orphan, told.append)
    assert told == [f"stopping loki (process {process.pid}), which runs without its supervisor"]
    assert process.wait() == -15
    assert find_orphans(tmp_path) == []


def test_an_orphan_that_does_not_listen_is_killed(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provisioner.runtime.orphans.STOP_SECONDS", 0.2)
    process = begin(f"-config.file={tmp_path}/config/loki/config.yaml", script=DEAF)
    (orphan,) = find_orphans(tmp_path)
    stop_orphan(orphan, lambda _: None)
    assert process.wait() == -9


def test_one_that_has_ended_meanwhile_is_no_problem(begin: Begin) -> None:
    process = begin()
    orphan = Orphan(name="loki", process=psutil.Process(process.pid))
    process.kill()
    process.wait()
    stop_orphan(orphan, lambda _: None)
    assert not orphan.process.is_running()
