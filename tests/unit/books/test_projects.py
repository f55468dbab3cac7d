"""Is a folder's project what setup-env.sh and the client call it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.books.projects import project_of, project_of_url

CONFIG = """[core]
\tbare = false
[remote "fork"]
\turl = https://github.com/other/thing.git
[remote "origin"]
\turl = git@github.com:Acme/Widgets.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
"""


@pytest.mark.parametrize(
    ("url", "project"),
    [
        ("https://github.com/Acme/widgets.git", "acme/widgets"),
        ("https://user:secret@github.com/acme/widgets", "acme/widgets"),
        ("ssh://git@github.com:22/acme/widgets.git/", "acme/widgets"),
        ("git@github.com:acme/widgets.git", "acme/widgets"),
        ("https://gitlab.com/group/sub/widgets?x=1", "group/sub/widgets"),
        ("/srv/git/widgets.git", ""),
        ("file:///srv/git/widgets.git", ""),
        ("C:/git/widgets", ""),
        ("codecommit::eu-central-1://widgets", ""),
        ("", ""),
    ],
)
def test_a_remotes_address_names_owner_and_repository(url: str, project: str) -> None:
    assert project_of_url(url) == project


def test_a_folder_inside_a_repository_is_that_of_its_origin(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(CONFIG, encoding="utf-8")
    assert project_of(tmp_path / "src") == "acme/widgets"


def test_a_worktree_is_of_its_repository(tmp_path: Path) -> None:
    git = tmp_path / "main" / ".git"
    own = git / "worktrees" / "tree"
    own.mkdir(parents=True)
    (git / "config").write_text(CONFIG, encoding="utf-8")
    (own / "commondir").write_text("../..\n", encoding="utf-8")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    assert project_of(tree) == "acme/widgets"


def test_a_submodule_is_of_its_own_remote(tmp_path: Path) -> None:
    own = tmp_path / ".git" / "modules" / "part"
    own.mkdir(parents=True)
    (own / "config").write_text(CONFIG, encoding="utf-8")
    part = tmp_path / "part"
    part.mkdir()
    (part / ".git").write_text("gitdir: ../.git/modules/part\n", encoding="utf-8")
    assert project_of(part) == "acme/widgets"


def test_without_a_remote_it_is_the_folder_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "gadgets" / ".git").mkdir(parents=True)
    (tmp_path / "gadgets" / "src").mkdir()
    assert project_of(tmp_path / "gadgets" / "src") == "gadgets"


def test_a_folder_that_is_gone_has_its_name() -> None:
    assert project_of(Path("/nowhere/at/all")) == "all"
