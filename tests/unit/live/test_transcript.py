"""Is one file read on from where it was left?"""

from __future__ import annotations

from pathlib import Path

from provisioner.live.activity import Activity
from provisioner.live.transcript import Transcript
from tests.unit.transcripts.lines import AT_MS, PROJECT, SESSION, answer, started, write_session


def _ids(transcript: Transcript) -> list[str] | None:
    found = transcript.read(Activity())
    return None if found is None else [each.message_id for each in found]


def test_only_what_was_added_is_given(tmp_path: Path) -> None:
    path = write_session(tmp_path, started(), answer("msg_1"))
    transcript = Transcript(path, SESSION, 0)
    assert _ids(transcript) == ["msg_1"]
    assert _ids(transcript) is None
    write_session(tmp_path, started(), answer("msg_1"), answer("msg_2", request_id="req_2"))
    assert _ids(transcript) == ["msg_2"]


def test_it_says_when_it_came_to_be_and_where_the_client_worked(tmp_path: Path) -> None:
    transcript = Transcript(write_session(tmp_path, started(), answer(when=9)), SESSION, 4)
    transcript.read(Activity())
    assert (transcript.file.id, transcript.file.born_ms, transcript.cwds) == (4, AT_MS, (PROJECT,))


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert Transcript(tmp_path / "x.jsonl", SESSION, 0).read(Activity()) is None


def test_a_sessions_own_file_is_about_no_subagent(tmp_path: Path) -> None:
    assert Transcript(tmp_path / "x.jsonl", SESSION, 0).about_agent() == {}
