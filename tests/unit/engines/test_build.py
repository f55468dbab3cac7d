"""Is a build all or nothing, alone, and ended when its person leaves?"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import filelock
import psutil
import pytest

import provisioner
from provisioner.engines.build import build
from provisioner.engines.cache import binary_directory, engine_directory
from provisioner.engines.catalogue import ENGINES, Engine
from provisioner.engines.find import find_cached
from provisioner.engines.target import Target, host_target
from provisioner.errors import BuildFailed, EngineUnavailable

from .conftest import WriteProgram

ELSEWHERE = Target(goos="plan9", goarch="mips")

GO = """
case "$*" in
  "env -json "*) echo '{{"GOVERSION": "go1.99.0", "GOTOOLCHAIN": "local"}}' ;;
  "mod download -json "*) echo "{{\\"Dir\\": \\"$PWD\\"}}" ;;
  "list -deps "*) printf 'errors\\n\\nmain\\n' ;;
  "build -v "*)
    while [ "$1" != -o ]; do shift; done
    {compile} ;;
esac
"""

COMPILES = """
    for name in prometheus promtool; do
      printf '#!/bin/sh\\necho "%s, version {version}"\\n' $name > $2$name
      chmod +x $2$name
    done"""

HANGS = "echo $$ > {pid_file}; echo errors >&2; sleep 600"

BUILD_IN_ANOTHER_PROCESS = """
import signal, sys
from pathlib import Path
from provisioner.engines.build import build
from provisioner.engines.catalogue import ENGINES
from provisioner.engines.target import host_target

signal.signal(signal.SIGINT, signal.default_int_handler)
report = lambda sentence: print(sentence, flush=True)
build(ENGINES["prometheus"], host_target(), report, Path(sys.argv[1]))
"""


def _go(compile_script: str) -> str:
    return GO.format(compile=compile_script)


def _left(engine: Engine, root: Path) -> list[str]:
    return sorted(path.name for path in engine_directory(engine, root).iterdir())


def test_build_puts_the_binaries_where_find_looks(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="3.16.0")))
    said: list[str] = []
    built = build(prometheus, host_target(), said.append, tmp_path)
    found = find_cached(prometheus, host_target(), tmp_path)
    assert found is not None
    assert (built.origin, built.paths) == ("built", found.paths)
    assert [sentence.rpartition(",")[0] for sentence in said] == [
        "prometheus: looking at Go",
        "prometheus: fetching its source",
        "prometheus: counting packages",
        "prometheus: compiling, 0 of 2 packages",
    ]


def test_build_leaves_nothing_but_the_binaries_and_its_lock(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="3.16.0")))
    build(prometheus, host_target(), print, tmp_path)
    assert _left(prometheus, tmp_path) == [".lock", f"3.16.0-{prometheus.recipe_digest}"]


def test_build_uses_what_an_earlier_build_left(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="3.16.0")))
    build(prometheus, host_target(), print, tmp_path)
    write_program("go", "exit 1")
    assert build(prometheus, host_target(), print, tmp_path).origin == "cache"


def test_build_replaces_binaries_that_are_incomplete(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="3.16.0")))
    build(prometheus, host_target(), print, tmp_path).paths["promtool"].unlink()
    assert build(prometheus, host_target(), print, tmp_path).origin == "built"
    assert find_cached(prometheus, host_target(), tmp_path) is not None


def test_build_refuses_a_binary_of_another_version(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="3.15.9")))
    with pytest.raises(BuildFailed, match=r"says it is version 3[.]15[.]9, not 3[.]16[.]0"):
        build(prometheus, host_target(), print, tmp_path)
    assert _left(prometheus, tmp_path) == [".lock"]


def test_build_for_another_machine_does_not_run_its_binaries(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go(COMPILES.format(version="unknown")))
    built = build(prometheus, ELSEWHERE, print, tmp_path)
    assert built.paths["promtool"].parent == binary_directory(prometheus, ELSEWHERE, tmp_path)


def test_failed_build_leaves_nothing(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("go", _go("echo 'x.go:1:1: syntax error' >&2; exit 1"))
    with pytest.raises(BuildFailed, match="syntax error"):
        build(prometheus, host_target(), print, tmp_path)
    assert _left(prometheus, tmp_path) == [".lock"]


def test_build_without_go_leaves_nothing(
    prometheus: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="there is no Go toolchain on PATH"):
        build(prometheus, host_target(), print, tmp_path / "cache")
    assert _left(prometheus, tmp_path / "cache") == [".lock"]


def test_grafana_cannot_be_built() -> None:
    with pytest.raises(EngineUnavailable, match="set GRAFANA_HOME"):
        build(ENGINES["grafana"], host_target(), print)


def test_cache_that_cannot_be_written_is_named(prometheus: Engine, tmp_path: Path) -> None:
    root = tmp_path / "file"
    root.touch()
    with pytest.raises(BuildFailed, match=f"let yourself write in {root}"):
        build(prometheus, host_target(), print, root)


def test_interrupted_build_leaves_nothing_and_no_process(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    pid_file = tmp_path / "pid"
    write_program("go", _go(HANGS.format(pid_file=pid_file)))
    command = [sys.executable, "-c", BUILD_IN_ANOTHER_PROCESS, str(tmp_path / "cache")]
    with subprocess.Popen(
        command,
        cwd=Path(provisioner.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("compiling, 1 of 2 packages" in sentence for sentence in process.stdout)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=30)
    assert printed.splitlines()[-1] == "KeyboardInterrupt"
    assert _left(prometheus, tmp_path / "cache") == [".lock"]
    assert not psutil.pid_exists(int(pid_file.read_text(encoding="utf-8")))


def test_leftovers_of_killed_builds_are_removed_by_the_next(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    leftover = engine_directory(prometheus, tmp_path) / ".building-killed"
    (leftover / "finished").mkdir(parents=True)
    write_program("go", _go(COMPILES.format(version="3.16.0")))
    build(prometheus, host_target(), print, tmp_path)
    assert not leftover.exists()


@pytest.mark.usefixtures("programs")
def test_second_build_waits_and_uses_the_result_of_the_first(
    prometheus: Engine, tmp_path: Path
) -> None:
    engine_directory(prometheus, tmp_path).mkdir(parents=True)
    first = filelock.FileLock(engine_directory(prometheus, tmp_path) / ".lock")
    first.acquire()
    said: list[str] = []

    def report(sentence: str) -> None:
        said.append(sentence)
        directory = binary_directory(prometheus, host_target(), tmp_path)
        directory.mkdir(parents=True)
        for name in prometheus.binaries:
            (directory / name).touch(mode=0o755)
        first.release()

    second = build(prometheus, host_target(), report, tmp_path)
    assert said == ["prometheus: waiting for another build of it, 0s"]
    assert second.origin == "cache"
