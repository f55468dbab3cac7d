"""Is a queue file that the collector could not open found, and nothing else?"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.queue_file import is_queue, is_sound, name_aside, set_aside

PAGE = 4096
LEAF, BRANCH, META, BUCKET = 2, 1, 4, 1


def _page(number: int, flags: int, count: int, content: bytes) -> bytes:
    return (struct.pack("<QHHI", number, flags, count, 0) + content).ljust(PAGE, b"\0")


def _meta(number: int, transaction: int, root: int, pages: int) -> bytes:
    said = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 2**64 - 1, pages, transaction)
    checksum = 0xCBF29CE484222325
    for byte in said:
        checksum = (checksum ^ byte) * 0x100000001B3 % 2**64
    return _page(number, META, 0, said + struct.pack("<Q", checksum))


def _queue_file() -> bytes:
    """Two metas, a root with one bucket, the bucket's branch, and its one leaf."""
    root = struct.pack("<IIII", BUCKET, 16, 7, 16) + b"default" + struct.pack("<QQ", 4, 0)
    branch = struct.pack("<IIQ", 16, 1, 5) + b"a"
    leaf = struct.pack("<IIII", 0, 16, 1, 5) + b"a" + b"value"
    return b"".join(
        (
            _meta(0, 6, 3, 6),
            _meta(1, 7, 3, 6),
            _page(2, 0, 0, b""),
            _page(3, LEAF, 1, root),
            _page(4, BRANCH, 1, branch),
            _page(5, LEAF, 1, leaf),
        )
    )


def _sound(content: bytes) -> bool:
    return is_sound(io.BytesIO(content), len(content))


def _without(start: int, end: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:start] + bytes(end - start) + content[end:]


def test_a_whole_file_is_sound() -> None:
    assert _sound(_queue_file())


def test_an_empty_file_is_a_new_queue() -> None:
    assert _sound(b"")


@pytest.mark.parametrize("number", [0, 1])
def test_one_of_the_two_metas_is_enough(number: int) -> None:
    assert _sound(_without(number * PAGE, number * PAGE + PAGE)(_queue_file()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"garbage",
        lambda content: bytes(len(content)),
        _without(0, 2 * PAGE),
        lambda content: content[:PAGE],
        lambda content: content[: 2 * PAGE],
        lambda content: content[:-PAGE],
        _without(3 * PAGE, 4 * PAGE),
        _without(4 * PAGE, 5 * PAGE),
        _without(4 * PAGE + 8, 4 * PAGE + 10),
        lambda content: content.replace(struct.pack("<IIQ", 16, 1, 5), b"\xff" * 16),
        lambda content: content.replace(
            struct.pack("<IIQ", 16, 1, 5), struct.pack("<IIQ", 0, 0, 4)
        ),
    ],
)
def test_a_spoilt_file_is_not_sound(spoil: Callable[[bytes], bytes]) -> None:
    assert not _sound(spoil(_queue_file()))


def test_only_what_cannot_be_opened_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "exporter_good").write_bytes(_queue_file())
    (folder / "exporter_bad").write_bytes(b"garbage")
    (folder / "tempdb1").write_bytes(b"left by a compaction")
    (moved,) = set_aside(tmp_path)
    assert moved.read_bytes() == b"garbage"
    assert moved.name.startswith("exporter_bad.corrupt-")
    assert {path.name for path in folder.iterdir()} == {"exporter_good", "tempdb1", moved.name}
    assert set_aside(tmp_path) == []


def test_what_was_set_aside_is_no_queue() -> None:
    assert is_queue("exporter_otlp_grpc_spool_logs")
    assert not is_queue(name_aside("exporter_otlp_grpc_spool_logs"))
