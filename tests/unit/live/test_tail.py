"""Is every line of a growing file given once, whole, whatever happens to the file?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.live import tail
from provisioner.live.tail import Tail


def _new(following: Tail) -> list[bytes]:
    return list(following.lines())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def _append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


def test_lines_are_given_once_as_the_file_grows(path: Path) -> None:
    following = Tail(path)
    _append(path, b"one\ntwo\n")
    assert _new(following) == [b"one", b"two"]
    assert _new(following) == []
    _append(path, b"three\n")
    assert _new(following) == [b"three"]


def test_a_line_without_its_end_waits_for_it(path: Path) -> None:
    following = Tail(path)
    _append(path, b"one\ntw")
    assert _new(following) == [b"one"]
    _append(path, b"o\n")
    assert _new(following) == [b"two"]


def test_lines_longer_than_a_piece_are_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "PIECE", 4)
    _append(path, b"a line of length\nx\n\nthe next\n")
    assert _new(Tail(path)) == [b"a line of length", b"x", b"", b"the next"]


def test_a_file_that_is_not_there_yet_is_read_when_it_comes(path: Path) -> None:
    following = Tail(path)
    assert _new(following) == []
    _append(path, b"one\n")
    assert _new(following) == [b"one"]


def test_a_file_that_vanishes_gives_nothing_until_it_comes_back(path: Path) -> None:
    following = Tail(path)
    _append(path, b"one\n")
    _ = _new(following)
    path.unlink()
    assert _new(following) == []
    _append(path, b"two\nthree\n")
    assert _new(following) == [b"two", b"three"]


def test_a_file_that_was_cut_short_is_read_from_its_start(path: Path) -> None:
    following = Tail(path)
    _append(path, b"one\ntwo\n")
    _ = _new(following)
    path.write_bytes(b"new\n")
    assert _new(following) == [b"new"]


def test_a_file_in_the_place_of_another_is_read_from_its_start(path: Path) -> None:
    following = Tail(path)
    _append(path, b"one\n")
    _ = _new(following)
    other = path.with_name("other")
    other.write_bytes(b"longer than the first\n")
    other.replace(path)
    assert _new(following) == [b"longer than the first"]


def test_a_folder_in_its_place_gives_nothing(path: Path) -> None:
    path.mkdir()
    assert _new(Tail(path)) == []
