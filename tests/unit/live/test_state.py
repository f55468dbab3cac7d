"""Does what one run leaves lie where the next one looks, whole, and apart for each account?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.live.state import state_path, write_state


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_it_lies_in_the_users_state_directory(tmp_path: Path) -> None:
    assert state_path("now", {}) == tmp_path / "claude-otel" / "now.json"


def test_another_directory_of_the_clients_has_a_state_of_its_own() -> None:
    paths = {state_path("now", {"CLAUDE_CONFIG_DIR": each}) for each in ("", "/a", "/b")}
    assert len(paths) == 3


def test_a_file_is_replaced_and_nothing_is_left_beside_it() -> None:
    path = state_path("now", {})
    write_state(path, "one")
    write_state(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert list(path.parent.iterdir()) == [path]
