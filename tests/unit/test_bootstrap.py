"""Does a machine that is missing something get one plain sentence?"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from provisioner import bootstrap

SOURCE = Path(bootstrap.__file__)


def test_it_parses_on_a_python_that_is_too_old_to_say_so() -> None:
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 4))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    plain = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert (plain | named) - set(sys.stdlib_module_names) == set()


def test_an_old_python_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    assert bootstrap.main(tmp_path / "venv", "requirements.txt") == 1
    said = capsys.readouterr().err
    assert said.startswith("error: Python 99.0 or newer is needed, and ")
    assert said.count("\n") == 1
    assert not (tmp_path / "venv").exists()


def test_a_missing_venv_module_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\necho 'No module named venv' >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    assert bootstrap.main(tmp_path / "venv", "requirements.txt") == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: no virtual environment could be made with {python}")
    assert "apt install python3-venv" in said
    assert said.count("\n") == 1


def test_packages_that_cannot_be_installed_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # An environment whose Python fails stands for a machine that cannot install.
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("pip", "python"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    assert bootstrap.main(tmp_path / "venv", "requirements.txt") == 1
    assert capfd.readouterr().err.endswith(
        "error: the packages could not be installed (see above); run make again\n"
    )
