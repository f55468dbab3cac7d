"""What has been read already, and how is it kept?

SQLite, because two processes may read and write it at once, and one may be killed in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from provisioner.errors import StackError
from provisioner.runtime.model import Report
from provisioner.transcripts.sighting import OWN, Setting, Sighting
from provisioner.transcripts.slices import COLUMNS

WAIT_SECONDS = 60.0
"""For another process that is reading transcripts into the same index."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}

STEPS = (
    """
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        folder TEXT NOT NULL,
        inode INTEGER NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        fingerprint INTEGER NOT NULL,
        prompt_id TEXT NOT NULL,
        born_ms INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        answers INTEGER NOT NULL,
        last_lines INTEGER NOT NULL,
        last_answers INTEGER NOT NULL,
        is_gone INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE skipped (
        file INTEGER NOT NULL,
        reason TEXT NOT NULL,
        lines INTEGER NOT NULL,
        is_last INTEGER NOT NULL,
        PRIMARY KEY (file, reason, is_last)
    ) WITHOUT ROWID;
    CREATE TABLE folders (
        folder TEXT PRIMARY KEY,
        project TEXT NOT NULL,
        is_certain INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE models (model TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        file INTEGER NOT NULL,
        is_counted INTEGER NOT NULL,
        cost INTEGER,
        billed INTEGER,
        {columns}
    );
    CREATE TABLE slices ({slices}) WITHOUT ROWID;
    CREATE INDEX answers_by_message ON answers (message_id);
    """.format(columns=",\n".join(Sighting._fields), slices=COLUMNS),
    # What answers have in common is kept once, not with each.
    """
    CREATE TABLE settings (id INTEGER PRIMARY KEY, {setting});
    CREATE INDEX settings_by_session ON settings (session);
    INSERT INTO settings ({setting}) SELECT DISTINCT {setting} FROM answers;
    ALTER TABLE answers RENAME TO answers_whole;
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        file INTEGER NOT NULL,
        is_counted INTEGER NOT NULL,
        cost INTEGER,
        billed INTEGER,
        setting INTEGER NOT NULL,
        {own}
    );
    INSERT INTO answers
        SELECT answers_whole.id, file, is_counted, cost, billed, settings.id, {own}
        FROM answers_whole JOIN settings USING ({setting});
    DROP TABLE answers_whole;
    CREATE INDEX answers_by_message ON answers (message_id);
    """.format(  # noqa: S608 - our own names
        setting=", ".join(Setting._fields), own=", ".join(Sighting._fields[:OWN])
    ),
)
"""Each leads from one version of the index to the next; what was read once cannot be read again
after the client has deleted its files, so an old index is brought forward, never dropped."""

_FOR_REPORTS = (
    "CREATE INDEX IF NOT EXISTS answers_by_time ON answers (at_ms) WHERE is_counted",
    "CREATE INDEX IF NOT EXISTS answers_odd ON answers (oddities) WHERE is_counted AND oddities",
)
"""What reports look answers up by, but not what fills the index: made at once when it is full."""


class IndexDamaged(StackError):
    """The index cannot be read; it has been set aside."""

    def __init__(self, path: Path, aside: Path, reason: str) -> None:
        self.path = path
        self.aside = aside
        super().__init__(
            f"{path}: damaged ({reason}), and set aside as {aside.name}.\n"
            "  next: run the command again; the index is made anew from the transcripts there are "
            "(what the client had deleted before is only in the damaged one)"
        )


class IndexUnusable(StackError):
    """The index cannot be read or written at the moment."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: cannot be used ({reason}).\n  next: see that no other claude-otel hangs on "
            "it and that the disk has room, then run the command again"
        )


class IndexFromLater(StackError):
    """The index was written by a later version of this program."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path}: written by a later version of claude-otel (format {version}, known: "
            f"{len(STEPS)}).\n  next: update claude-otel, or move the file away"
        )


def index_path(directory: Path, roots: Sequence[Path]) -> Path:
    """Where the index of some roots is: others have one of their own."""
    named = "\n".join(sorted(map(str, roots)))
    return directory / f"transcripts-{sha256(named.encode()).hexdigest()[:12]}.sqlite"


@contextmanager
def open_index(path: Path | None, report: Report) -> Iterator[sqlite3.Connection]:
    """The index, made if need be; in memory where there is no path, or it cannot be written."""
    connection = _connect(path, report)
    try:
        yield connection
    except sqlite3.DatabaseError as error:
        connection.close()
        kind = error.sqlite_errorcode & 0xFF
        if path is not None and kind in _DAMAGE:
            raise IndexDamaged(path, _set_aside(path), str(error)) from error
        if path is not None and kind in _TROUBLE:
            raise IndexUnusable(path, str(error)) from error
        raise
    finally:
        connection.close()


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Be the only writer; all of it is kept, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # A full disk has already ended it.
        with suppress(sqlite3.OperationalError):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def make_ready(connection: sqlite3.Connection) -> None:
    """Make what reports need beside what has been written."""
    for statement in _FOR_REPORTS:
        connection.execute(statement)


def share(connection: sqlite3.Connection) -> None:
    """Let others read while one writes.

    Not before something is in there: that way all would be written twice. As it is, nothing is kept
    of an empty index but that it was empty, and whoever finds a part of the first one goes back.
    """
    is_filled = "SELECT EXISTS (SELECT 1 FROM files)"
    if connection.execute(is_filled).fetchone()[0]:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Whoever is at it will do this, or the next one.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise


def _connect(path: Path | None, report: Report) -> sqlite3.Connection:
    if path is None:
        return _opened(":memory:")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        return _opened(str(path))
    except (OSError, sqlite3.OperationalError) as error:
        report(f"{path} cannot be used ({error}): nothing will be remembered")
        return _opened(":memory:")
    except sqlite3.DatabaseError as error:
        aside = _set_aside(path)
        report(
            f"{path} was damaged ({error}) and is set aside as {aside.name}: reading all again; "
            "what the client had deleted before is only in there"
        )
        return _opened(str(path))


def _opened(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        _bring_forward(connection, name)
        share(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_forward(connection: sqlite3.Connection, name: str) -> None:
    if _version(connection) == len(STEPS):
        return
    with writing(connection):
        # Another process may have done it meanwhile.
        version = _version(connection)
        if version > len(STEPS):
            raise IndexFromLater(Path(name), version)
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _set_aside(path: Path) -> Path:
    """Move a damaged index away with what belongs to it."""
    now = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%S.%f")
    aside = path.with_name(f"{path.name}.damaged-{now}")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").replace(f"{aside}{suffix}")
    return aside
