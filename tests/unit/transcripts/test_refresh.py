"""Is the second reading right, whatever happened to the files since the first?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioner.runtime.model import Report
from provisioner.transcripts import refresh
from provisioner.transcripts.sighting import Job, Result
from provisioner.transcripts.workers import scan_all
from tests.conftest import ROOT
from tests.unit.transcripts.counted import Counted, count
from tests.unit.transcripts.lines import (
    SESSION,
    FlatPrices,
    Line,
    answer,
    prompt,
    started,
    text_of,
    write_session,
    write_subagent,
)

FIRST = answer(output=5)
SECOND = answer("msg_2", output=6, when=1)
THIRD = answer("msg_3", output=7, when=2)


class Home:
    """One session's file, and an index of it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "projects"
        self.index = folder / "index"

    def write(self, *lines: Line | str) -> Path:
        return write_session(self.root, *lines)

    def append(self, path: Path, text: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def count(self, prices: FlatPrices | None = None) -> Counted:
        """By the index, which must not differ from reading all where no file is gone."""
        counted = count(self.root, self.index, prices)
        if not counted.coverage.gone:
            anew = count(self.root, None, prices)
            assert (counted.responses, counted.coverage) == (anew.responses, anew.coverage)
        return counted

    def outputs(self) -> list[int]:
        return [each.output_tokens for each in self.count().responses]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_what_was_read_is_not_read_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write(FIRST)
    assert home.outputs() == [5]
    monkeypatch.setattr(refresh, "scan_all", lambda *_: pytest.fail("read again"))
    assert count(home.root, home.index).tokens == (100, 5)


def test_of_a_file_that_grew_only_the_new_part_is_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.write(prompt("first"), FIRST)
    home.count()
    home.append(path, text_of(SECOND) + "\n")
    read: list[int] = []

    def noted(jobs: Sequence[tuple[Job, int]], report: Report) -> Iterator[Result]:
        read.extend(size for _, size in jobs)
        return scan_all(jobs, report)

    monkeypatch.setattr(refresh, "scan_all", noted)
    counted = count(home.root, home.index)
    assert read == [len(text_of(SECOND)) + 1]
    assert [each.prompt_id for each in counted.responses] == ["first", "first"]
    assert counted.coverage.lines == 3


def test_a_response_that_goes_on_in_the_new_part_is_still_one(home: Home) -> None:
    path = home.write(answer(output=1))
    home.count()
    home.append(path, text_of(answer(output=9, when=1)) + "\n")
    assert home.outputs() == [9]
    home.append(path, text_of(answer(output=2, when=2)) + "\n")
    counted = home.count()
    assert (counted.tokens, counted.coverage.duplicates) == ((100, 9), 2)


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_a_line_that_was_being_written_counts_once_it_is_whole(home: Home, length: int) -> None:
    path = home.write(FIRST)
    text = text_of(SECOND)
    home.append(path, text[:length])
    home.count()
    home.append(path, text[length:] if length else text)
    assert home.outputs() == [5, 6]
    home.append(path, "\n" + text_of(THIRD) + "\n")
    counted = home.count()
    assert (len(counted.responses), counted.coverage.lines) == (3, 3)
    assert (counted.coverage.skipped, counted.coverage.duplicates) == ({}, 0)


def test_a_record_over_many_lines_that_was_being_written_counts_once(home: Home) -> None:
    path = home.write(FIRST)
    home.append(path, "{\n" + text_of(SECOND)[1:-1])
    assert home.outputs() == [5]
    home.append(path, "\n}\n" + text_of(THIRD) + "\n")
    assert home.outputs() == [5, 6, 7]


def test_what_a_file_lost_stays_counted(home: Home) -> None:
    home.write(FIRST, SECOND)
    home.count()
    path = home.write(SECOND)
    assert count(home.root, home.index).tokens == (200, 11)
    home.append(path, text_of(THIRD) + "\n")
    counted = count(home.root, home.index)
    assert counted.tokens == (300, 18)
    assert (counted.coverage.duplicates, counted.coverage.gone) == (0, 0)


REWRITES = {
    "longer": [FIRST, SECOND, THIRD],
    "as long": [answer("msg_1", output=8)],
    "shorter": [{**FIRST, "gitBranch": ""}],
    "longer, and the beginning differs": [THIRD, SECOND],
}


@pytest.mark.parametrize("how", REWRITES)
def test_a_file_that_was_rewritten_is_read_anew(home: Home, how: str) -> None:
    path = home.write(FIRST)
    home.count()
    before = path.stat()
    home.write(*REWRITES[how])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    known = {each.message_id: each.output_tokens for each in count(home.root, home.index).responses}
    anew = {each.message_id: each.output_tokens for each in count(home.root).responses}
    assert known == {"msg_1": 5} | anew


def test_a_file_that_replaced_another_is_read_anew(home: Home) -> None:
    path = home.write(FIRST)
    home.count()
    other = path.with_suffix(".new")
    other.write_text(text_of(SECOND) + "\n", encoding="utf-8")
    other.replace(path)
    assert count(home.root, home.index).tokens == (200, 11)


def test_what_the_client_deleted_stays_counted(home: Home) -> None:
    path = home.write(FIRST)
    write_subagent(home.root, SECOND)
    home.count()
    path.unlink()
    counted = home.count()
    assert (counted.tokens, counted.coverage.files, counted.coverage.gone) == ((200, 11), 1, 1)
    assert counted.coverage.lines == 2
    home.write(FIRST)
    assert home.count().coverage.gone == 0


def test_a_project_that_was_moved_counts_once_and_where_it_is(home: Home) -> None:
    path = home.write(FIRST)
    home.count()
    path.parent.rename(path.parent.with_name("-moved"))
    counted = home.count()
    assert (counted.tokens, counted.coverage.gone) == ((100, 5), 1)
    assert Path(counted.responses[0].path).exists()


def test_the_original_is_found_although_it_is_read_after_its_copy(home: Home) -> None:
    fork = "f0f0"
    write_session(home.root, started(fork, when=60), answer(output=5, session=fork), session=fork)
    assert [each.session for each in home.count().responses] == [fork]
    home.write(started(when=-9), FIRST)
    assert [each.session for each in home.count().responses] == [SESSION]


def test_costs_follow_the_price_list(home: Home) -> None:
    home.write(FIRST)
    assert [each.cost for each in home.count().responses] == [105 * 10**6]
    dearer = home.count(FlatPrices("2", micros=3))
    assert [(each.cost, each.billed) for each in dearer.responses] == [(315 * 10**6,) * 2]
    same = count(home.root, home.index, FlatPrices("2", micros=9))
    assert [each.cost for each in same.responses] == [315 * 10**6]


def test_rounds_give_what_one_pass_gives(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "ROUND", 1)
    for number in range(5):
        fork = f"f{number}"
        lines = (answer(output=5, session=fork), answer(f"msg_{fork}", session=fork))
        write_session(home.root, started(fork, when=number), *lines, session=fork)
    home.write(started(when=-9), FIRST)
    counted = home.count()
    assert (len(counted.responses), counted.coverage.duplicates) == (6, 5)
    assert {each.session for each in counted.responses if each.message_id == "msg_1"} == {SESSION}


def test_two_that_read_at_once_count_the_same(home: Home) -> None:
    for number in range(30):
        write_session(
            home.root, answer(f"msg_{number}", session=f"s{number}"), session=f"s{number}"
        )
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda _: count(home.root, home.index), range(4)))
    assert {len(each.responses) for each in counted} == {30}
    assert home.count().coverage.duplicates == 0


_READ = """
from pathlib import Path
from provisioner.transcripts import refresh
from tests.unit.transcripts.counted import count
refresh.ROUND = 1
count(Path({root!r}), Path({index!r}))
"""


def test_a_reader_that_is_killed_spoils_nothing(home: Home) -> None:
    for number in range(100):
        write_session(
            home.root, answer(f"msg_{number}", session=f"s{number}"), session=f"s{number}"
        )
    code = _READ.format(root=str(home.root), index=str(home.index))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    deadline = time.monotonic() + 30
    while not list(home.index.glob("*-journal")) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert len(home.count().responses) == 100
