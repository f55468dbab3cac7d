"""Is a backup believed only when it is whole, ours, and nothing else?"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.errors import Refused
from provisioner.keep.manifest import MANIFEST as MANIFEST_NAME
from provisioner.keep.manifest import MARK
from provisioner.keep.unpack import Backup, data_of, open_backup
from provisioner.runtime.model import silent
from tests.unit.keep.backups import DATA, MANIFEST, TOTALS, make_backup


def _file(name: str, content: bytes = b"1\n") -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    return entry, content


def _odd(name: str, kind: bytes, target: str = "/etc/passwd") -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry, b""


def _archive(path: Path, entries: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content))
    return path


def _read(backup: Backup) -> dict[str, dict[str, bytes]]:
    return {
        engine: {each.path: each.content.read() for each in files if each.content}
        for engine, files in data_of(backup, silent)
    }


def test_a_backup_gives_back_what_was_put_into_it(tmp_path: Path) -> None:
    backup = open_backup(make_backup(tmp_path / "kept"), silent)
    assert backup.identity == "pepper"
    assert backup.manifest.totals == TOTALS
    assert _read(backup) == DATA


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such file"):
        open_backup(tmp_path / "nowhere", silent)


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not an archive at all", encoding="utf-8")
    with pytest.raises(Refused, match="this is no backup of claude-otel; nothing was changed"):
        open_backup(tmp_path / "notes", silent)


def test_an_empty_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(Refused, match=r"damaged|no backup"):
        open_backup(tmp_path / "empty", silent)


def test_another_archive_is_no_backup(tmp_path: Path) -> None:
    foreign = _archive(tmp_path / "photos.tar.gz", [_file("photo.jpg")])
    with pytest.raises(Refused, match="this is no backup of claude-otel"):
        open_backup(foreign, silent)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_backup_is_damaged(tmp_path: Path, share: float) -> None:
    whole = make_backup(tmp_path / "kept").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused, match="this backup is damaged"):
        open_backup(tmp_path / "cut", silent)


def test_a_backup_that_ends_between_two_files_is_damaged(tmp_path: Path) -> None:
    cut = _archive(tmp_path / "cut", [_file(MARK), _file("data/loki/wal")])
    with pytest.raises(Refused, match="it ends before its manifest"):
        open_backup(cut, silent)


def test_an_engines_data_is_there_once(tmp_path: Path) -> None:
    entries = [_file(MARK), *(_file(f"data/{name}/1") for name in ("loki", "collector", "loki"))]
    with pytest.raises(Refused, match="it has the data of loki twice"):
        open_backup(_archive(tmp_path / "twice", entries), silent)


def test_every_change_of_what_it_holds_is_noticed(tmp_path: Path) -> None:
    whole = make_backup(tmp_path / "kept").read_bytes()
    content = gzip.decompress(whole)
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        (tmp_path / "changed").write_bytes(changed)
        # What repeats itself can be said in several ways, and a time in its head means nothing.
        if _content(bytes(changed)) != content:
            with pytest.raises(Refused):
                open_backup(tmp_path / "changed", silent)


def _content(packed: bytes) -> bytes | None:
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        return None


def test_data_that_was_exchanged_is_noticed_although_the_archive_is_whole(tmp_path: Path) -> None:
    with tarfile.open(make_backup(tmp_path / "kept")) as archive:
        entries = [
            (each, found.read() if (found := archive.extractfile(each)) else b"")
            for each in archive
        ]
    exchanged = [
        (entry, b"X" * entry.size if entry.name == "data/loki/chunks/1" else content)
        for entry, content in entries
    ]
    with pytest.raises(Refused, match="the data of loki is not what was written"):
        open_backup(_archive(tmp_path / "exchanged", exchanged), silent)


@pytest.mark.parametrize(
    "entry",
    [
        _file("/etc/cron.d/evil"),
        _file("../evil"),
        _file("data/loki/../../../evil"),
        _file("data/loki/a/../b"),
        _file("data/loki//etc/passwd"),
        _file("data/loki/..\\evil"),
        _file("data/nobody/file"),
        _file("data/loki"),
        _file("secrets/other"),
        _odd("data/loki/link", tarfile.SYMTYPE),
        _odd("data/loki/link", tarfile.LNKTYPE),
        _odd("data/loki/device", tarfile.CHRTYPE),
        _odd("data/loki/pipe", tarfile.FIFOTYPE),
        _odd("secrets/identity", tarfile.SYMTYPE),
    ],
    ids=lambda entry: f"{entry[0].name}-{entry[0].type.decode()}",
)
def test_nothing_leads_out_of_where_data_belongs(
    tmp_path: Path, entry: tuple[tarfile.TarInfo, bytes]
) -> None:
    hostile = _archive(tmp_path / "hostile", [_file(MARK), entry])
    with pytest.raises(Refused, match="so nothing of it is unpacked"):
        open_backup(hostile, silent)


def test_a_backup_of_another_kind_names_the_version_that_reads_it(tmp_path: Path) -> None:
    later = make_backup(tmp_path / "later", replace(MANIFEST, schema=2, stack_version="2.5.0"))
    with pytest.raises(Refused, match=r"kind 2.*\n  next: restore it with claude-otel 2\.5\.0"):
        open_backup(later, silent)


def test_a_manifest_that_says_nonsense_is_damaged(tmp_path: Path) -> None:
    nonsense = b'{"schema": 1, "stack_version": "1"}'
    odd = _archive(tmp_path / "odd", [_file(MARK), _file(MANIFEST_NAME, nonsense)])
    with pytest.raises(Refused, match="this backup is damaged"):
        open_backup(odd, silent)


def test_a_backup_that_is_exchanged_after_the_check_is_noticed(tmp_path: Path) -> None:
    backup = open_backup(make_backup(tmp_path / "kept"), silent)
    with gzip.open(backup.path) as content:
        plain = content.read()
    with gzip.open(backup.path, "w") as file:
        file.write(plain.replace(b"entries", b"Entries"))
    with pytest.raises(Refused, match="it was changed while it was read"):
        _read(backup)
