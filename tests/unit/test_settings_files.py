"""Is what keeps a settings file from being read told as a problem, with its place?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.errors import Problem
from provisioner.settings_files import read_dotenv, read_yaml

Read = Callable[[Path], tuple[object, list[str]]]


def _yaml(path: Path) -> tuple[object, list[str]]:
    problems: list[Problem] = []
    return read_yaml(path, problems), [str(each) for each in problems]


def _dotenv(path: Path) -> tuple[object, list[str]]:
    problems: list[Problem] = []
    return read_dotenv(path, problems), [str(each) for each in problems]


def test_files_that_are_not_there_say_nothing(tmp_path: Path) -> None:
    assert _yaml(tmp_path / "stack.yaml") == ({}, [])
    assert _dotenv(tmp_path / ".env") == ({}, [])


def test_variables_are_read_with_comments_quotes_and_export(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# a comment\n\nexport A=1 # one\nB='two $A'\nC=\n", encoding="utf-8")
    assert _dotenv(path) == ({"A": "1", "B": "two $A", "C": ""}, [])


def test_a_line_that_is_no_variable_is_told_with_its_number_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n\nLOKI_PORT 13100\n# loki\n  LOKI_PORT\nB=2\n", encoding="utf-8")
    expected = "expected NAME=value, or # before a comment"
    assert _dotenv(path) == (
        {"A": "1", "B": "2"},
        [
            f".env: line 3 = 'LOKI_PORT 13100': {expected}",
            f".env: line 5 = 'LOKI_PORT': {expected}",
        ],
    )


@pytest.mark.parametrize("read", [_yaml, _dotenv])
def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path, read: Read) -> None:
    assert read(tmp_path) == (
        {},
        [f"{tmp_path.name}: the file: expected a file that can be read (Is a directory)"],
    )


@pytest.mark.parametrize("read", [_yaml, _dotenv])
def test_a_file_that_is_no_text_is_told_with_its_place(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"A=caf\xe9\n")
    said = "file: the file: expected text in UTF-8 (invalid continuation byte at byte 5)"
    assert read(path) == ({}, [said])
