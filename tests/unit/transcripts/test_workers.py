"""Do several processes read the same as one does?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.transcripts import workers
from provisioner.transcripts.sighting import Job
from provisioner.transcripts.workers import scan_all
from tests.unit.transcripts.lines import answer, prompt, write_session


def _jobs(root: Path, count: int) -> list[tuple[Job, int]]:
    paths = [
        write_session(root, prompt(), answer(f"msg_{number}", output=number), session=f"s{number}")
        for number in range(count)
    ]
    return [(Job(str(each), each.stem, ""), each.stat().st_size) for each in paths]


def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_BYTES", 0)
    monkeypatch.setattr(workers, "_cores", lambda: 2)


def test_several_processes_find_what_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = _jobs(tmp_path, 5)
    jobs.append((Job(str(tmp_path), "a folder", ""), 1))
    jobs.append((Job(str(tmp_path / "deleted"), "", ""), 1))
    alone = list(scan_all(jobs, print))
    _worth_it(monkeypatch)
    together = list(scan_all(jobs, print))
    assert len(alone) == 6
    assert sorted(together, key=str) == sorted(alone, key=str)


def test_what_a_worker_that_dies_leaves_undone_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _worth_it(monkeypatch)
    monkeypatch.setattr(workers, "_CODE", "import os; os._exit(9)  # {path}")
    assert len(list(scan_all(_jobs(tmp_path, 3), print))) == 3


def test_a_long_reading_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(workers, "REPORT_SECONDS", 0.0)
    told: list[str] = []
    list(scan_all([(job, 1_000_000) for job, _ in _jobs(tmp_path, 2)], told.append))
    assert told == ["1 of 2 MB of transcripts read", "2 of 2 MB of transcripts read"]


def test_a_short_reading_says_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    list(scan_all(_jobs(tmp_path, 2), told.append))
    assert told == []
