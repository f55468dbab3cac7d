"""Is a client's person named as its telemetry would?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from provisioner.books.person import identity, person, person_by_path
from provisioner.normalise import Teller

ACCOUNT = {"emailAddress": "ann@example.org", "accountUuid": "uuid-1"}
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"


def _written(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("config", "environ", "expected"),
    [
        ({"oauthAccount": ACCOUNT, "userID": "abc"}, {}, ("ann@example.org", "unknown")),
        ({"oauthAccount": {"accountUuid": "uuid-1"}}, {}, ("uuid-1", "unknown")),
        ({"userID": "abc"}, {"CLAUDE_OTEL_TEAM": "core"}, ("abc", "core")),
        ({"userID": "abc"}, {ATTRIBUTES: "user.email=b%40x.org,team.id=a b"}, ("b@x.org", "a b")),
        (
            {"oauthAccount": ACCOUNT},
            {ATTRIBUTES: "user.email=other,team=mine", "CLAUDE_OTEL_TEAM": "core"},
            ("ann@example.org", "mine"),
        ),
        ([], {}, ("unknown", "unknown")),
    ],
)
def test_a_person_is_who_the_account_says_else_who_the_attributes_say(
    tmp_path: Path, config: object, environ: Mapping[str, str], expected: tuple[str, str]
) -> None:
    _written(tmp_path / ".claude.json", config)
    assert person(tmp_path / ".claude", environ, tmp_path, Teller()) == expected


def test_attributes_of_the_clients_own_settings_win_over_the_shells(tmp_path: Path) -> None:
    own = {"env": {ATTRIBUTES: "team=settings"}}
    _written(tmp_path / ".claude" / "settings.json", own)
    environ = {ATTRIBUTES: "team=shell"}
    assert person(tmp_path / ".claude", environ, tmp_path, Teller())[1] == "settings"


def test_a_hashed_person_stays_hashed(tmp_path: Path) -> None:
    _written(tmp_path / ".claude.json", {"oauthAccount": ACCOUNT})
    user, _ = person(tmp_path / ".claude", {}, tmp_path, Teller(identity="hash", secret="s"))  # noqa: S106 - none
    assert len(user) == 16
    assert "ann" not in user


def test_a_users_own_attributes_are_told_and_no_others(tmp_path: Path) -> None:
    _written(tmp_path / ".claude.json", {"oauthAccount": ACCOUNT, "userID": "abc"})
    environ = {ATTRIBUTES: "user.email=other,team=mine,origin=transcript"}
    assert identity(tmp_path / ".claude", environ, tmp_path) == {
        "user.email": "ann@example.org",
        "user.account_uuid": "uuid-1",
        "user.id": "abc",
    }


def test_each_of_several_folders_has_its_person(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _written(tmp_path / name / ".claude.json", {"userID": f"user of {name}"})
    roots = [tmp_path / name / "projects" for name in ("one", "two")]
    find = person_by_path(roots, {}, tmp_path, Teller())
    assert find(str(roots[1] / "x" / "s.jsonl"))[0] == "user of two"
    assert find("/elsewhere/s.jsonl")[0] == "user of one"
