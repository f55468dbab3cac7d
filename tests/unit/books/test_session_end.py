"""Is the hook put into the client's settings, and nothing else touched?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.books.session_end import command, with_hook, without_hook
from provisioner.json_text import NotStrictJson

LINE = command("python3", Path("/srv/claude otel"), 120)
THEIRS = """{
  "model": "opus",
  "hooks": {
    "Stop": [],
    "SessionEnd": [{"hooks": [{"type": "command", "command": "say bye"}]}]
  }
}
"""


def _lines(text: str) -> list[str]:
    groups = json.loads(text)["hooks"]["SessionEnd"]
    return [each["command"] for group in groups for each in group["hooks"]]


def test_the_line_is_one_that_a_shell_reads() -> None:
    assert LINE.startswith("python3 -I -S ")
    assert LINE.endswith("books/detached.py '/srv/claude otel' 120")


@pytest.mark.parametrize("text", [None, "", "{}\n", '{"hooks": {}}', '{"model": "opus"}'])
def test_the_hook_is_there_once_and_gone_again(text: str | None) -> None:
    once = with_hook(text, LINE)
    assert _lines(once) == [LINE]
    assert with_hook(once, LINE) == once
    assert json.loads(without_hook(once)) == {
        name: value for name, value in json.loads(text or "{}").items() if name != "hooks"
    }


def test_the_hooks_of_others_stay() -> None:
    once = with_hook(THEIRS, LINE)
    assert _lines(once) == ["say bye", LINE]
    assert without_hook(once) == THEIRS
    assert without_hook(THEIRS) == THEIRS


def test_a_newer_line_replaces_the_older_one() -> None:
    newer = command("python3", Path("/elsewhere"), 5)
    assert _lines(with_hook(with_hook(THEIRS, LINE), newer)) == ["say bye", newer]


@pytest.mark.parametrize("text", ["{", '{"hooks": []}', '{"hooks": {"SessionEnd": {}}}', "[]"])
def test_settings_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(NotStrictJson):
        with_hook(text, LINE)
