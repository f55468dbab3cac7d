"""Are the client's settings files found, and read as the client reads them?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.client_files import (
    managed_file,
    read_settings_file,
    read_settings_files,
    user_file,
)
from provisioner.files import write_atomically


def test_the_persons_settings_are_in_their_home_or_where_they_say() -> None:
    assert user_file({"HOME": "/h"}) == Path("/h/.claude/settings.json")
    assert user_file({"USERPROFILE": "/u"}) == Path("/u/.claude/settings.json")
    chosen = {"HOME": "/h", "CLAUDE_CONFIG_DIR": "/elsewhere"}
    assert user_file(chosen) == Path("/elsewhere/settings.json")
    assert user_file({}) == Path.home() / ".claude" / "settings.json"


@pytest.mark.parametrize(
    ("system", "folder"),
    [
        ("Linux", "/etc/claude-code"),
        ("Darwin", "/Library/Application Support/ClaudeCode"),
        ("Windows", "C:/Program Files/ClaudeCode"),
    ],
)
def test_managed_settings_are_where_each_system_has_them(
    monkeypatch: pytest.MonkeyPatch, system: str, folder: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    assert managed_file({}) == Path(folder) / "managed-settings.json"


def test_every_file_that_counts_is_read_in_rising_precedence(tmp_path: Path) -> None:
    repository, managed = tmp_path / "repository", tmp_path / "managed"
    folder = repository / "deep" / "er"
    places = [
        tmp_path / ".claude/settings.json",
        folder / ".claude/settings.json",
        repository / ".claude/settings.local.json",
        folder / ".claude/settings.local.json",
        managed / "managed-settings.json",
        managed / "managed-settings.d/10-first.json",
        managed / "managed-settings.d/20-second.json",
    ]
    ignored = [repository / ".claude/settings.json", managed / "managed-settings.d/note.txt"]
    for path in (*places, *ignored):
        write_atomically(path, "{}")
    (repository / ".git").mkdir()
    environ = {"HOME": str(tmp_path), "CLAUDE_OTEL_MANAGED_DIR": str(managed)}
    found = read_settings_files(environ, folder)
    assert [each.path for each in found] == places
    scopes = ["user", "project", "local", "local", "managed", "managed", "managed"]
    assert [each.scope for each in found] == scopes


def test_no_file_is_no_finding(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "CLAUDE_OTEL_MANAGED_DIR": str(tmp_path)}
    assert read_settings_files(environ, tmp_path) == ()


def test_what_is_no_text_is_taken_as_the_client_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('\ufeff{"env": {"A": "1", "B": 0, "C": false}, "otelHeadersHelper": "x"}')
    found = read_settings_file("user", path)
    assert found.env == {"A": "1", "B": "0", "C": "false"}
    assert found.has_headers_helper
    assert not found.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"env": {},}', "no strict JSON, line 1, column 12"),
        (b'{"env": [1]}', '"env" is no object'),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_file_that_the_client_leaves_out_says_why(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    found = read_settings_file("user", path)
    assert problem in found.problem
    assert found.env == {}
