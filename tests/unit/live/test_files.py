"""Is the session found that is meant, with all of its files?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provisioner.errors import NoData, WrongArgument
from provisioner.live.files import agent_of, choose_session, files_of
from tests.unit.transcripts.lines import (
    FOLDER,
    answer,
    write_session,
    write_subagent,
    write_transcript,
)

OLD, NEW = "aaa-old", "aab-new"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sessions, one of which was active last."""
    projects = tmp_path / "projects"
    for at, session in enumerate((OLD, NEW)):
        path = write_session(projects, answer(session=session), session=session)
        os.utime(path, (1000 + at, 1000 + at))
    return projects


def test_without_a_name_it_is_the_session_that_was_active_last(root: Path) -> None:
    assert choose_session([root], None) == NEW


def test_a_subagents_work_is_its_sessions(root: Path) -> None:
    write_subagent(root, answer(session=OLD), session=OLD)
    assert choose_session([root], None) == OLD


def test_the_beginning_of_an_id_is_enough(root: Path) -> None:
    assert choose_session([root], "aaa") == OLD


def test_an_id_is_meant_although_others_begin_with_it(root: Path) -> None:
    write_session(root, answer(), session="aa")
    assert choose_session([root], "aa") == "aa"


def test_a_beginning_that_several_share_is_refused_with_their_names(root: Path) -> None:
    with pytest.raises(WrongArgument, match=r"SESSION 'aa': .* 2 begin so: aab-new, aaa-old"):
        choose_session([root], "aa")


@pytest.mark.parametrize("wanted", ["zz", ""])
def test_a_session_that_is_not_there_is_no_data(root: Path, wanted: str) -> None:
    with pytest.raises(NoData, match=f"no session's id begins with '{wanted}'") as e:
        choose_session([root], wanted)
    assert str(root) in str(e.value)


def test_without_any_session_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="no session was found; looked in") as e:
        choose_session([tmp_path / "projects"], None)
    assert e.value.looked == (str(tmp_path / "projects"),)


def test_a_sessions_files_are_its_own_and_its_subagents(root: Path) -> None:
    own = root / FOLDER / f"{NEW}.jsonl"
    agent = write_subagent(root, answer(session=NEW), session=NEW)
    nested = write_transcript(
        root, f"{FOLDER}/{NEW}/subagents/workflows/wf_1/agent-b.jsonl", answer(session=NEW)
    )
    assert files_of([root], NEW) == [own, agent, nested]


def test_a_session_in_two_places_has_the_files_of_both(root: Path, tmp_path: Path) -> None:
    other = write_session(tmp_path / "other", answer(session=NEW), session=NEW)
    assert files_of([root, tmp_path / "other"], NEW) == [root / FOLDER / f"{NEW}.jsonl", other]


def test_a_place_that_is_reached_by_two_ways_counts_once(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert len(files_of([root, tmp_path / "link"], NEW)) == 1


def test_a_session_that_has_not_begun_has_no_files(root: Path, tmp_path: Path) -> None:
    assert files_of([root, tmp_path / "missing"], "zz") == []


def test_a_file_tells_whose_it_is() -> None:
    assert agent_of(Path("x/agent-a1.jsonl")) == "a1"
    assert agent_of(Path(f"x/{NEW}.jsonl")) == ""
