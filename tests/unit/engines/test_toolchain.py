"""Does a missing, old or unlucky Go toolchain become a sentence that helps?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.engines.catalogue import Engine
from provisioner.engines.progress import Progress
from provisioner.engines.target import Target
from provisioner.engines.toolchain import Go, failure, find_go
from provisioner.errors import BuildFailed, EngineUnavailable, StackError

from .conftest import WriteProgram

UNREACHABLE = "dial tcp 127.0.0.1:1: connect: connection refused"


def _silent() -> Progress:
    return Progress("loki", lambda _: None)


def _go_says(version: str, toolchain: str) -> str:
    return f"""echo '{{"GOVERSION": "{version}", "GOTOOLCHAIN": "{toolchain}"}}'"""


def test_missing_go_is_a_plain_sentence(
    loki: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable) as caught:
        find_go(loki, "1.26.5", tmp_path, _silent())
    assert str(caught.value) == (
        "loki: cannot be had here.\n"
        "  build: there is no Go toolchain on PATH\n"
        "  next: install Go 1.26.5 or newer, "
        "or give Docker the engine's pinned image (`docker load`)"
    )


@pytest.mark.parametrize(
    ("version", "toolchain"), [("go1.19.8", ""), ("go1.26.4", "local"), ("go1.20", "auto")]
)
def test_go_that_is_too_old_is_named_with_its_version(
    loki: Engine, tmp_path: Path, write_program: WriteProgram, version: str, toolchain: str
) -> None:
    program = write_program("go", _go_says(version, toolchain))
    with pytest.raises(EngineUnavailable) as caught:
        find_go(loki, "1.26.5", tmp_path, _silent())
    shown = version.removeprefix("go") + (".0" if version.count(".") == 1 else "")
    assert caught.value.tried == (f"build: the Go on PATH is {shown} ({program})",)


@pytest.mark.parametrize(
    ("version", "toolchain"),
    [
        ("go1.26.5", "local"),
        ("go1.30", "local"),
        ("devel go1.27-abcdef", "local"),
        ("go1.22.1", "auto"),
        ("go1.22.1", "go1.22.1+auto"),
    ],
)
def test_go_that_is_new_enough_or_fetches_a_newer_one_is_taken(
    loki: Engine, tmp_path: Path, write_program: WriteProgram, version: str, toolchain: str
) -> None:
    program = write_program("go", _go_says(version, toolchain))
    assert find_go(loki, "1.26.5", tmp_path, _silent()).executable == str(program)


def test_go_runs_for_its_target_without_cgo_or_workspace(
    tmp_path: Path, write_program: WriteProgram
) -> None:
    script = 'echo "$GOOS $GOARCH $CGO_ENABLED $GOWORK $GOTMPDIR"'
    go = Go(
        executable=str(write_program("go", script)),
        engine="loki",
        scratch=tmp_path,
        progress=_silent(),
        target=Target(goos="linux", goarch="arm64"),
    )
    assert go.run("asking").split() == ["linux", "arm64", "0", "off", str(tmp_path)]


@pytest.mark.parametrize(
    ("line", "error", "reason"),
    [
        (
            f'go: example.org/m@v1: Get "http://127.0.0.1:1/m": {UNREACHABLE}',
            EngineUnavailable,
            "the Go module proxy cannot be reached",
        ),
        (
            "go: example.org/m@v1: module lookup disabled by GOPROXY=off",
            EngineUnavailable,
            "the Go module proxy cannot be reached",
        ),
        (
            "go: m@v1: reading http://proxy/m.info: 502 Bad Gateway",
            EngineUnavailable,
            "the Go module proxy cannot be reached",
        ),
        (
            "go: m@v1: reading http://proxy/m.info: 403 Forbidden",
            EngineUnavailable,
            "the Go module proxy does not serve a module",
        ),
        (
            "go: go.mod requires go >= 1.26.7 (running go 1.25.0; GOTOOLCHAIN=local)",
            EngineUnavailable,
            "the Go on PATH is too old",
        ),
        (
            "link: mapping output file failed: no space left on device",
            BuildFailed,
            "free some disk space",
        ),
        ("compile: signal: killed", BuildFailed, "memory ran out"),
        ("x.go:404:5: undefined: y", BuildFailed, "run the command again"),
    ],
)
def test_failure_says_what_the_output_means(
    line: str, error: type[StackError], reason: str
) -> None:
    meant = failure("loki", "compiling", ["first", line])
    assert type(meant) is error
    assert reason in str(meant)
    assert line in str(meant)


def test_failed_step_carries_its_last_lines(tmp_path: Path, write_program: WriteProgram) -> None:
    program = write_program("go", "echo 'x.go:1:1: syntax error' >&2; exit 1")
    go = Go(executable=str(program), engine="loki", scratch=tmp_path, progress=_silent())
    with pytest.raises(BuildFailed) as caught:
        go.run("compiling", "build")
    assert (caught.value.step, caught.value.last_lines) == (
        "compiling",
        ("x.go:1:1: syntax error",),
    )
