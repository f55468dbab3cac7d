"""Do the lines that a build prints become sentences a person can follow?"""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.engines.progress import Progress, elapsed


class _Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _said(lines: Iterable[str], packages: int | None, seconds_a_line: float) -> list[str]:
    said: list[str] = []
    clock = _Clock()
    progress = Progress("loki", said.append, clock)
    progress.begin("compiling" if packages else "fetching", packages)
    for line in lines:
        clock.seconds += seconds_a_line
        progress.line(line)
    return said


def test_progress_counts_packages_against_their_total() -> None:
    assert _said(["errors", "internal/abi"], 3, 65) == [
        "loki: compiling, 0 of 3 packages, 0s",
        "loki: compiling, 1 of 3 packages, 1m05s",
        "loki: compiling, 2 of 3 packages, 2m10s",
    ]


def test_progress_says_linking_when_all_packages_are_through() -> None:
    assert _said(["errors"], 1, 2)[-1] == "loki: linking, 2s"


def test_progress_counts_modules_that_are_fetched() -> None:
    lines = ["go: downloading golang.org/x/mod v0.41.0", "go: downloading go.uber.org/zap v1.28.0"]
    assert _said(lines, None, 1)[-1] == "loki: fetching, 2 fetched, 2s"


def test_progress_moves_its_clock_while_nothing_is_printed() -> None:
    assert _said(["", ""], None, 1) == [
        "loki: fetching, 0s",
        "loki: fetching, 1s",
        "loki: fetching, 2s",
    ]


def test_progress_speaks_once_a_second_at_most() -> None:
    assert len(_said([f"package{number}" for number in range(100)], 200, 0.02)) == 3


def test_progress_does_not_take_compiler_errors_for_packages() -> None:
    lines = ["# example.org/broken", "broken.go:1:1: syntax error"]
    assert _said(lines, 2, 1)[-1] == "loki: compiling, 0 of 2 packages, 2s"


def test_progress_says_a_step_once_when_it_has_two_commands() -> None:
    said: list[str] = []
    progress = Progress("loki", said.append, _Clock())
    progress.begin("fetching")
    progress.begin("fetching")
    assert said == ["loki: fetching, 0s"]


def test_elapsed_is_written_as_people_do() -> None:
    assert [elapsed(0.9), elapsed(59), elapsed(60), elapsed(3725)] == [
        "0s",
        "59s",
        "1m00s",
        "62m05s",
    ]
