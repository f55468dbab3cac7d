"""Are the plan's limits kept as they were told, and never the worse for an idle session?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.live.limits import (
    Limits,
    Window,
    limits_path,
    parse_limits,
    read_limits,
    store_limits,
)

NOW = 1_790_000_000.0
FIVE, SEVEN = NOW + 3600, NOW + 86_400


def _limits(used: float, *, now: float = NOW, resets_at: float = FIVE) -> Limits:
    return Limits(told_at=now, five_hour=Window(used, resets_at), seven_day=Window(41.2, SEVEN))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "limits.json"


def test_limits_are_read_as_the_client_writes_them() -> None:
    told = {
        "five_hour": {"used_percentage": 23.5, "resets_at": FIVE},
        "seven_day": {"used_percentage": 41.2, "resets_at": int(SEVEN)},
    }
    assert parse_limits(told, NOW) == _limits(23.5)


def test_a_limit_that_the_client_does_not_name_is_none() -> None:
    told = {"seven_day": {"used_percentage": 3, "resets_at": SEVEN}}
    assert parse_limits(told, NOW) == Limits(
        told_at=NOW, five_hour=None, seven_day=Window(3.0, SEVEN)
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"five_hour": None},
        {"five_hour": {"used_percentage": "23", "resets_at": FIVE}},
        {"five_hour": {"used_percentage": True, "resets_at": FIVE}},
        {"five_hour": {"used_percentage": 23}},
    ],
)
def test_what_tells_no_limit_is_none(told: object) -> None:
    assert parse_limits(told, NOW) is None


def test_what_is_stored_is_read_again(path: Path) -> None:
    store_limits(_limits(23.5), path)
    assert read_limits(path) == _limits(23.5)


def test_the_users_state_directory_is_where_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    store_limits(_limits(1))
    assert limits_path() == tmp_path / "claude-otel" / "limits.json"
    assert read_limits() == _limits(1)


def test_nothing_else_is_left_beside_them(path: Path) -> None:
    store_limits(_limits(23.5), path)
    assert [each.name for each in path.parent.iterdir()] == ["limits.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "other/1"}', "\x00\x00"])
def test_a_file_that_is_none_of_ours_tells_nothing_and_is_replaced(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert read_limits(path) is None
    store_limits(_limits(5), path)
    assert read_limits(path) == _limits(5)


def test_no_file_tells_nothing(path: Path) -> None:
    assert read_limits(path) is None


def test_an_idle_session_does_not_take_back_what_was_used_since(path: Path) -> None:
    store_limits(_limits(60), path)
    known = store_limits(_limits(20, now=NOW + 5), path)
    assert known == read_limits(path) == _limits(60, now=NOW + 5)


def test_a_window_that_begins_anew_begins_with_what_is_told(path: Path) -> None:
    store_limits(_limits(99), path)
    later = FIVE + 60
    store_limits(_limits(2, now=later, resets_at=FIVE + 18_000), path)
    assert read_limits(path) == _limits(2, now=later, resets_at=FIVE + 18_000)


def test_a_window_that_has_ended_is_not_taken_for_the_next_one(path: Path) -> None:
    later = FIVE + 60
    store_limits(_limits(2, now=later, resets_at=FIVE + 18_000), path)
    known = store_limits(_limits(99, now=later + 1), path)
    assert known.five_hour == Window(2, FIVE + 18_000)


def test_a_limit_that_was_not_told_this_time_stays_known(path: Path) -> None:
    store_limits(_limits(10), path)
    known = store_limits(Limits(told_at=NOW + 1, five_hour=Window(11, FIVE), seven_day=None), path)
    assert known.seven_day == Window(41.2, SEVEN)


def test_ended_windows_are_left_out_for_the_asking() -> None:
    assert _limits(10).at(FIVE) == Limits(
        told_at=NOW, five_hour=None, seven_day=Window(41.2, SEVEN)
    )
