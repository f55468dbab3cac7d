"""Does the index outlive damage, other versions, and places that it cannot be in?"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from provisioner.runtime.model import silent
from provisioner.transcripts import index
from provisioner.transcripts.index import (
    IndexFromLater,
    IndexUnusable,
    index_path,
    open_index,
    writing,
)
from provisioner.transcripts.sighting import OWN, Setting, Sighting
from tests.unit.transcripts.counted import count
from tests.unit.transcripts.lines import answer, write_session


def _index(directory: Path) -> Path:
    (path,) = directory.glob("*.sqlite")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_session(tmp_path / "projects", answer(output=5))
    return tmp_path / "projects"


def test_each_set_of_roots_has_an_index_of_its_own() -> None:
    one, two = Path("/one"), Path("/two")
    paths = {index_path(Path(), roots) for roots in ([one], [two], [one, two], [two, one])}
    assert len(paths) == 3


def test_only_its_owner_may_read_it(root: Path, tmp_path: Path) -> None:
    count(root, tmp_path / "index")
    assert _index(tmp_path / "index").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("offset", [0, 100, 5000, 20_000])
def test_a_damaged_index_is_set_aside_and_made_anew(
    root: Path, tmp_path: Path, offset: int
) -> None:
    count(root, tmp_path)
    path = _index(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:offset] + b"\x55" * 9000 + content[offset + 9000 :])
    counted = count(root, tmp_path)
    assert counted.tokens == (100, 5)
    assert [
        f"{path}: damaged" in told or f"{path} was damaged" in told for told in counted.told
    ] == [True]
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert count(root, tmp_path).told == []


def test_a_directory_that_cannot_be_written_costs_only_the_memory(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").touch()
    counted = count(root, tmp_path / "taken")
    assert counted.tokens == (100, 5)
    assert [told.endswith("nothing will be remembered") for told in counted.told] == [True]


def test_an_index_of_a_later_version_is_left_alone(root: Path, tmp_path: Path) -> None:
    count(root, tmp_path)
    with closing(sqlite3.connect(_index(tmp_path))) as later:
        later.execute("PRAGMA user_version = 99")
    with pytest.raises(IndexFromLater, match="later version of claude-otel"):
        count(root, tmp_path)


def test_an_index_of_the_first_version_is_brought_forward_with_what_is_only_there(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_session(root, answer("msg_2", request_id="req_2", output=7), folder="-srv-two")
    before = count(root, tmp_path)
    _as_of_the_first_version(_index(tmp_path), tmp_path / "first", monkeypatch)
    for each in root.rglob("*.jsonl"):
        each.unlink()
    after = count(root, tmp_path)
    assert (after.tokens, after.told) == (before.tokens, [])
    assert after.responses == before.responses


def _as_of_the_first_version(path: Path, first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ", ".join(Sighting._fields)
    with monkeypatch.context() as earlier:
        earlier.setattr(index, "STEPS", index.STEPS[:1])
        with open_index(first, silent) as old:
            old.execute("ATTACH ? AS now", (str(path),))
            for table in ("files", "skipped", "folders", "models", "facts", "slices"):
                old.execute(f"INSERT INTO main.{table} SELECT * FROM now.{table}")  # noqa: S608
            columns = f"id, file, is_counted, cost, billed, {fields}"
            old.execute(
                f"INSERT INTO main.answers ({columns}) SELECT answers.{columns}"  # noqa: S608
                " FROM now.answers JOIN now.settings ON settings.id = setting"
            )
            old.execute("DETACH now")
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    first.replace(path)


def test_a_sighting_ends_with_what_is_kept_once() -> None:
    assert Sighting._fields[OWN:] == Setting._fields


def test_one_who_holds_the_index_for_too_long_is_told_of(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(root, tmp_path)
    write_session(root, answer(output=9))
    monkeypatch.setattr(index, "WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(_index(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexUnusable, match="database is locked"):
            count(root, tmp_path)
    assert count(root, tmp_path).tokens == (100, 9)


def test_what_is_written_in_part_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with open_index(path, print) as opened, suppress(KeyboardInterrupt), writing(opened):
        opened.execute("INSERT INTO facts VALUES ('prices', '1')")
        raise KeyboardInterrupt
    with open_index(path, print) as opened:
        assert opened.execute("SELECT count(*) FROM facts").fetchone() == (0,)
