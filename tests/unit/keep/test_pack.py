"""Is a backup there whole, or not at all, and only its owner's?"""

from __future__ import annotations

import stat
import tarfile
from pathlib import Path

import pytest

from provisioner.keep.manifest import MANIFEST, MARK
from provisioner.keep.pack import new_pack
from tests.unit.keep.backups import DATA, data_files, make_backup


def test_a_backup_begins_with_its_mark_and_ends_with_its_manifest(tmp_path: Path) -> None:
    with tarfile.open(make_backup(tmp_path / "kept")) as archive:
        names = archive.getnames()
    assert (names[0], names[-1]) == (MARK, MANIFEST)
    assert {f"data/{name}/{path}" for name, data in DATA.items() for path in data} < {*names}


def test_a_backup_is_its_owners_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(make_backup(tmp_path / "kept").stat().st_mode) == 0o600


def test_nothing_is_left_of_a_backup_that_was_interrupted(tmp_path: Path) -> None:
    def interrupted(_: str) -> None:
        assert [each.suffix for each in tmp_path.iterdir()] == [".partial"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), new_pack(tmp_path / "kept") as pack:
        pack.add("loki", data_files(DATA["loki"]), interrupted)
    assert list(tmp_path.iterdir()) == []


def test_how_far_it_is_is_told_by_engine_and_size(tmp_path: Path) -> None:
    told: list[str] = []
    with new_pack(tmp_path / "kept") as pack:
        pack.add("prometheus", data_files({"wal/0": b"x" * 250_000}), told.append)
    assert told == ["prometheus: 0.2 MB"]
