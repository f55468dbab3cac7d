"""Does the note of what was applied last survive, and does its loss do no harm?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.applied import FILE_NAME, Applied, forget_applied, load_applied, save_applied

NOTE = Applied(
    runtime="native",
    launches={"loki": "1"},
    files={"loki": {"loki/config.yaml": "2"}},
    retention_days={"loki": 400},
)


def test_a_note_is_read_as_it_was_saved(tmp_path: Path) -> None:
    save_applied(tmp_path / "home", NOTE)
    assert load_applied(tmp_path / "home") == NOTE


def test_the_same_note_is_the_same_bytes(tmp_path: Path) -> None:
    save_applied(tmp_path / "one", NOTE)
    save_applied(tmp_path / "two", NOTE)
    one, two = ((tmp_path / name / FILE_NAME).read_bytes() for name in ("one", "two"))
    assert one == two


def test_no_note_is_an_empty_note(tmp_path: Path) -> None:
    assert load_applied(tmp_path) == Applied()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"runtime": 7}', '{"launches": null}', "\xff"]
)
def test_a_note_that_cannot_be_read_is_an_empty_note(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="latin-1")
    assert load_applied(tmp_path) == Applied()


def test_what_another_version_noted_besides_does_no_harm(tmp_path: Path) -> None:
    text = '{"runtime": "native", "ports": {"loki": 13100}}'
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    assert load_applied(tmp_path) == Applied(runtime="native")


def test_an_engine_brought_up_to_date_is_noted() -> None:
    noted = Applied().with_engine("loki", "1", {"loki/config.yaml": "2"})
    assert (noted.launches, noted.files) == (NOTE.launches, NOTE.files)


def test_an_engine_that_was_removed_is_forgotten() -> None:
    noted = NOTE.with_engine("grafana", "3", {"grafana/grafana.ini": "4"})
    assert noted.without_engine("grafana") == NOTE


def test_a_forgotten_note_is_gone_even_if_there_was_none(tmp_path: Path) -> None:
    save_applied(tmp_path, NOTE)
    forget_applied(tmp_path)
    forget_applied(tmp_path)
    assert load_applied(tmp_path) == Applied()
