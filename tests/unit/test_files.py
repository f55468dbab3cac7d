"""Is a file whole or not there, and is what is no longer wanted gone?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.files import read_tree, remove_stale, write_atomically


def test_write_makes_the_folder_and_keeps_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.yaml"
    write_atomically(path, "één\ntwo\n")
    assert path.read_bytes() == "één\ntwo\n".encode()


def test_write_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, "long before")
    write_atomically(path, "now")
    assert path.read_text(encoding="utf-8") == "now"


@pytest.mark.parametrize(("mode", "expected"), [(0o600, 0o600), (0o644, 0o644)])
def test_write_gives_the_file_its_mode(tmp_path: Path, mode: int, expected: int) -> None:
    write_atomically(tmp_path / "a", "text", mode=mode)
    assert (tmp_path / "a").stat().st_mode & 0o777 == expected


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, "before")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert read_tree(tmp_path) == {"a": "before"}


def test_read_tree_names_files_by_their_path_below_the_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "loki" / "config.yaml", "x")
    write_atomically(tmp_path / "client.sh", "y")
    assert read_tree(tmp_path) == {"loki/config.yaml": "x", "client.sh": "y"}


def test_read_tree_of_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_tree(tmp_path / "nowhere") == {}


def test_read_tree_reads_what_is_no_text_as_something_else(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"caf\xe9")
    assert read_tree(tmp_path) == {"a": "caf\ufffd"}


def test_remove_stale_keeps_what_is_wanted(tmp_path: Path) -> None:
    for name in ("a/kept", "a/gone", "gone"):
        write_atomically(tmp_path / name, name)
    remove_stale(tmp_path, {"a/kept"})
    assert list(read_tree(tmp_path)) == ["a/kept"]
