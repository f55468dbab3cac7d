"""What has the client used, by its transcripts?"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from provisioner.runtime.model import Report
from provisioner.transcripts.changes import find_changes
from provisioner.transcripts.index import IndexDamaged, index_path, open_index
from provisioner.transcripts.model import (
    UNREADABLE,
    Coverage,
    PriceList,
    Query,
    Response,
    Slice,
)
from provisioner.transcripts.places import Found, find_transcripts
from provisioner.transcripts.sighting import Oddity
from provisioner.transcripts.slices import SLICES, span_of

FIRST_MS = 1_672_531_200_000
"""The beginning of 2023: no answer is older."""

AHEAD_MS = 5 * 60 * 1000
"""A clock may be so much wrong; what is further ahead is odd."""

_FLAGS = {
    Oddity.NO_MESSAGE_ID: "no message id",
    Oddity.UNKNOWN_SPEED: "unknown speed",
    Oddity.IMPOSSIBLE_COUNT: "impossible count",
}

_FROM = """
    FROM answers
    JOIN files ON files.id = answers.file
    JOIN settings ON settings.id = answers.setting
    JOIN folders ON folders.folder = files.folder
    JOIN models ON models.model = settings.model
    WHERE is_counted AND at_ms >= :since AND at_ms < :until
"""
_OF_RESPONSE = {"model": "models.name", "path": "files.path", "offset": "answers.offset"} | {
    "prompt_id": "answers.prompt_id"
}
_RESPONSES = f"""
    SELECT {", ".join(_OF_RESPONSE.get(each, each) for each in Response._fields)}
    {_FROM} %s
    ORDER BY at_ms, message_id, request_id, input_tokens, cache_read_tokens
"""
_UNPRICED = f"SELECT DISTINCT models.name {_FROM} AND cost IS NULL %s ORDER BY 1"


class Usage:
    """All responses, each once, and questions to them; open while the index is."""

    def __init__(self, connection: sqlite3.Connection, coverage: Coverage) -> None:
        self.coverage = coverage
        self._db = connection

    def slices(self, query: Query) -> list[Slice]:
        """What is asked for, added up per slot, session, project, model and source."""
        return list(map(Slice._make, self._ask(SLICES, query)))

    def responses(self, query: Query) -> Iterator[Response]:
        """What is asked for one by one, by time."""
        return map(Response._make, self._ask(_RESPONSES, query))

    def unpriced(self, query: Query) -> list[str]:
        """The models without a price among what is asked for."""
        return [model for (model,) in self._ask(_UNPRICED, query)]

    def _ask(self, statement: str, query: Query) -> sqlite3.Cursor:
        where, values = self._where(query)
        return self._db.execute(statement % where, {**span_of(query), **values})

    def _where(self, query: Query) -> tuple[str, dict[str, str]]:
        """The conditions besides time, and the values that they name."""
        named = {
            "project": self._projects(query.projects) if query.projects else [],
            "model": query.models,
            "session": query.sessions,
        }
        values = {
            f"{kind}{at}": each for kind, some in named.items() for at, each in enumerate(some)
        }
        conditions = {
            "project": (bool(query.projects), "project = :project{0}"),
            "model": (bool(query.models), "models.name = :model{0}"),
            "session": (bool(query.sessions), "instr(session, :session{0}) = 1"),
        }
        where = ""
        for kind, (is_asked, condition) in conditions.items():
            if is_asked:
                each = [condition.format(at) for at in range(len(named[kind]))]
                where += f" AND ({' OR '.join(each) or 'FALSE'})"
        return where, values

    def _projects(self, wanted: Sequence[str]) -> list[str]:
        rows = self._db.execute("SELECT DISTINCT project FROM folders")
        names = {each.rstrip("/\\") for each in wanted}
        return [project for (project,) in rows if names & {project, _last_part(project)}]


@contextmanager
def open_usage(
    roots: Sequence[Path], *, index_dir: Path | None, prices: PriceList, report: Report
) -> Iterator[Usage]:
    """Read what is new since the last time, and answer; None as index keeps nothing."""
    path = None if index_dir is None else index_path(index_dir, roots)
    with ExitStack() as stack:
        try:
            usage = _opened(stack, roots, path, prices, report)
        except IndexDamaged as error:
            report(str(error))
            usage = _opened(stack, roots, path, prices, report)
        yield usage


def _opened(
    stack: ExitStack, roots: Sequence[Path], path: Path | None, prices: PriceList, report: Report
) -> Usage:
    found = find_transcripts(roots)
    with ExitStack() as attempt:
        connection = attempt.enter_context(open_index(path, report))
        unread = _up_to_date(connection, found, prices, report)
        usage = Usage(connection, _coverage(connection, roots, found, len(unread)))
        stack.enter_context(attempt.pop_all())
    return usage


def _up_to_date(
    connection: sqlite3.Connection, found: Found, prices: PriceList, report: Report
) -> Sequence[str]:
    places = {place.path: place for place in found.places}
    if find_changes(connection, places, prices.version).are_none:
        return ()
    # Imported late: what reads transcripts takes as long to load as all else.
    from provisioner.transcripts.refresh import refresh  # noqa: PLC0415

    return refresh(connection, places, prices, report)


def _coverage(
    connection: sqlite3.Connection, roots: Sequence[Path], found: Found, unread: int
) -> Coverage:
    files, gone, lines, answers = connection.execute(
        "SELECT total(NOT is_gone), total(is_gone), total(lines + last_lines),"
        " total(answers + last_answers) FROM files"
    ).fetchone()
    counted = "SELECT count(*) FROM answers WHERE is_counted"
    responses = connection.execute(counted).fetchone()[0]
    skipped = connection.execute("SELECT reason, sum(lines) FROM skipped GROUP BY 1 ORDER BY 1")
    return Coverage(
        roots=roots,
        files=int(files),
        gone=int(gone),
        lines=int(lines),
        responses=responses,
        duplicates=int(answers) - responses,
        skipped=dict(skipped.fetchall()),
        flags=_flags(connection, found.unreadable + unread),
    )


def _flags(connection: sqlite3.Connection, unreadable: int) -> dict[str, int]:
    now_ms = int(time.time() * 1000)
    counted = "SELECT count(*) FROM answers WHERE is_counted AND "
    questions = {
        **{name: f"oddities AND oddities & {odd:d}" for odd, name in _FLAGS.items()},
        "in the future": f"at_ms > {now_ms + AHEAD_MS}",
        "before 2023": f"at_ms < {FIRST_MS}",
    }
    found = {
        name: connection.execute(counted + which).fetchone()[0] for name, which in questions.items()
    }
    found[UNREADABLE] = unreadable
    return {name: count for name, count in found.items() if count}


def _last_part(project: str) -> str:
    return project.replace("\\", "/").rpartition("/")[2]
