"""Is an engine's data read whole from a directory, and written for its user alone?"""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from provisioner.errors import Refused
from provisioner.runtime.model import DataFile
from provisioner.runtime.native_data import free_bytes, read_files, write_files


def _read(root: Path) -> dict[str, bytes | None]:
    return {each.path: each.content.read() if each.content else None for each in read_files(root)}


def test_files_and_directories_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "wal" / "empty").mkdir(parents=True)
    (tmp_path / "wal" / "0").write_bytes(b"zero")
    (tmp_path / "lock").touch()
    assert list(_read(tmp_path).items()) == [
        ("lock", b""),
        ("wal", None),
        ("wal/0", b"zero"),
        ("wal/empty", None),
    ]


def test_a_link_is_refused_because_what_it_leads_to_would_be_missing(tmp_path: Path) -> None:
    (tmp_path / "chunks").symlink_to(tmp_path)
    with pytest.raises(Refused, match="neither a file nor a directory"):
        _read(tmp_path)


def test_what_was_read_is_written_for_its_user_alone(tmp_path: Path) -> None:
    root = tmp_path / "loki"
    files = [
        DataFile(path="chunks"),
        DataFile(path="chunks/1", size=3, content=io.BytesIO(b"one")),
        DataFile(path="wal/0", size=0, content=io.BytesIO()),
    ]
    write_files(root, files)
    assert _read(root) == {"chunks": None, "chunks/1": b"one", "wal": None, "wal/0": b""}
    modes = {stat.S_IMODE(each.stat().st_mode) for each in (root, *root.rglob("*"))}
    assert modes == {0o600, 0o700}


def test_a_file_is_never_written_over_or_through_another(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_files(tmp_path, [DataFile(path="a", size=1, content=io.BytesIO(b"x"))])


def test_room_is_told_of_the_disk_where_a_folder_will_be(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "there") > 0
