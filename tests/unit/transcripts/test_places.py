"""Is every transcript found, and is it known whose it is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.transcripts.places import find_transcripts, index_directory, roots, whose

HOME = Path("/srv/ada")
ROOTS = {
    "": ["/srv/ada/.claude/projects", "/srv/ada/.config/claude/projects"],
    "/srv/one": ["/srv/one/projects"],
    "/srv/one, /srv/two/projects,": ["/srv/one/projects", "/srv/two/projects"],
    "/srv/one,/srv/../srv/one": ["/srv/one/projects"],
    "~/other": ["/srv/ada/other/projects"],
}


@pytest.mark.parametrize("named", ROOTS)
def test_transcripts_are_looked_for_where_the_client_keeps_them(named: str) -> None:
    assert [str(each) for each in roots({"CLAUDE_CONFIG_DIR": named}, HOME)] == ROOTS[named]


def test_another_home_of_configs_is_looked_into() -> None:
    assert Path("/xdg/claude/projects") in roots({"XDG_CONFIG_HOME": "/xdg"}, HOME)


WHOSE = {
    "-p/s1.jsonl": ("-p", "s1", ""),
    "-p/s1.superseded-3.jsonl": ("-p", "s1", ""),
    "-p/agent-a1.jsonl": ("-p", "", "a1"),
    "-p/s1/subagents/agent-a1.jsonl": ("-p", "s1", "a1"),
    "-p/s1/subagents/workflows/wf_1/agent-a1.jsonl": ("-p", "s1", "a1"),
    "-p/subagents/agent-a1.jsonl": ("-p", "", "a1"),
    "s1.jsonl": ("", "s1", ""),
}


@pytest.mark.parametrize("path", WHOSE)
def test_a_path_tells_folder_session_and_agent(path: str) -> None:
    assert whose(path.split("/")) == WHOSE[path]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("s1.jsonl", "agent-a1.meta.json", "notes.txt", "s2.jsonl.orphaned-1"):
        (tmp_path / name).touch()
    assert [each.path for each in find_transcripts([tmp_path]).places] == [f"{tmp_path}/s1.jsonl"]


def test_the_index_lies_among_what_is_kept() -> None:
    assert index_directory({}).parts[-2:] == ("claude-otel", "usage")
    assert index_directory({"CLAUDE_OTEL_USAGE_DIR": "/srv/usage"}) == Path("/srv/usage")
