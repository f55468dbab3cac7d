"""Is a manifest read as it was written, and one of another kind known by that?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.keep.manifest import Part, read_manifest, schema_of
from tests.unit.keep.backups import MANIFEST

WITH_DATA = replace(
    MANIFEST,
    parts={
        "loki": Part(files=2, bytes=7000, sha256="1"),
        "prometheus": Part(files=1, bytes=300, sha256="2"),
    },
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert read_manifest(WITH_DATA.to_json().encode()) == WITH_DATA


def test_it_tells_the_room_that_all_data_takes() -> None:
    assert WITH_DATA.bytes == 7300


def test_the_kind_is_read_without_the_rest() -> None:
    assert schema_of(b'{"schema": 9, "stack_version": "2.0.0", "new": []}') == (9, "2.0.0")


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"schema": "1", "stack_version": "1"}', b"\xff"])
def test_what_is_no_manifest_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"manifest|codec|column"):
        schema_of(text)
