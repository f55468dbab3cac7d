"""Is a settings file changed in one step, or not at all?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.client_change import backup_path, open_settings_file, write_settings_file
from provisioner.client_files import Scope
from provisioner.client_setup import plan_setup, plan_undo
from provisioner.errors import Refused, SettingsFileRejected
from provisioner.settings import Settings

SETTINGS = Settings()
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack
THEIRS = '{\r\n  "model": "opus"\r\n}\r\n'


def set_up(path: Path, scope: Scope = "user") -> None:
    opened = open_settings_file(path, scope)
    write_settings_file(opened, plan_setup(opened.text, opened.record, SETTINGS, TOKEN))


def undo(path: Path) -> None:
    opened = open_settings_file(path, "user")
    write_settings_file(opened, plan_undo(opened.text, opened.record))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / ".claude" / "settings.json"
    found.parent.mkdir()
    found.write_bytes(THEIRS.encode())
    found.chmod(0o640)
    return found


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_line_ends_mode_and_a_backup_are_kept(path: Path) -> None:
    set_up(path)
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") > 10
    assert path.stat().st_mode & 0o777 == 0o640
    assert backup_path(path).read_bytes() == THEIRS.encode()
    assert backup_path(path).stat().st_mode & 0o777 == 0o640


def test_undo_leaves_nothing_of_ours_but_the_backup(path: Path) -> None:
    set_up(path)
    undo(path)
    assert path.read_bytes() == THEIRS.encode()
    assert names(path.parent) == {"settings.json", "settings.json.before-claude-otel"}


@pytest.mark.parametrize(("scope", "mode"), [("user", 0o600), ("managed", 0o644)])
def test_a_new_file_is_for_those_who_need_it(tmp_path: Path, scope: Scope, mode: int) -> None:
    path = tmp_path / "new" / "settings.json"
    set_up(path, scope)
    assert path.stat().st_mode & 0o777 == mode
    undo(path)
    assert names(path.parent) == {"settings.json.before-claude-otel"}


def test_a_link_stays_one(path: Path, tmp_path: Path) -> None:
    dotfiles = tmp_path / "dotfiles.json"
    path.rename(dotfiles)
    path.symlink_to(dotfiles)
    set_up(path)
    assert path.is_symlink()
    assert b"OTEL_LOGS_EXPORTER" in dotfiles.read_bytes()
    assert names(tmp_path) == {".claude", "dotfiles.json"}
    undo(path)
    assert dotfiles.read_bytes() == THEIRS.encode()


def test_a_second_run_writes_nothing(path: Path) -> None:
    set_up(path)
    before = {each: each.stat().st_mtime_ns for each in path.parent.iterdir()}
    set_up(path)
    assert {each: each.stat().st_mtime_ns for each in path.parent.iterdir()} == before


def test_what_somebody_else_has_just_changed_is_not_overwritten(path: Path) -> None:
    opened = open_settings_file(path, "user")
    plan = plan_setup(opened.text, opened.record, SETTINGS, TOKEN)
    path.write_text("{}")
    with pytest.raises(Refused, match="somebody else"):
        write_settings_file(opened, plan)
    assert path.read_text() == "{}"


def test_where_one_may_not_write_it_says_who_may(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_settings_file(path, "managed")
    plan = plan_setup(opened.text, opened.record, SETTINGS, TOKEN)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # Whoever runs the tests may be root, whom no mode keeps out.
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(Refused, match="sudo"):
        write_settings_file(opened, plan)
    assert path.read_bytes() == THEIRS.encode()


def test_a_file_that_is_no_text_is_refused(path: Path) -> None:
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(SettingsFileRejected, match="byte 7"):
        open_settings_file(path, "user")
