"""How does what has changed in the transcripts come into the index?"""

from __future__ import annotations

import gc
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, product

from provisioner.model_names import clean_model
from provisioner.runtime.model import Report
from provisioner.transcripts.changes import Changes, find_changes
from provisioner.transcripts.index import make_ready, share, writing
from provisioner.transcripts.merge import File, Settled, Sighted, merge
from provisioner.transcripts.model import SLOT_MS, PriceList
from provisioner.transcripts.places import Place
from provisioner.transcripts.sighting import OWN, Scan, Setting, Sighting
from provisioner.transcripts.slices import add_up
from provisioner.transcripts.workers import scan_all

ROUND = 8_000
"""So many sightings are merged at once: what has been read is not all held in memory."""

LONGEST_NAME = 200
"""The client cuts longer names of project folders, and adds something to tell them apart."""

_PLAIN = frozenset(product(("", "standard", "normal"), ("",), ("", "standard"), (0,)))
"""Where speed, place, tier and searches are these, nothing but tokens is billed."""

_KEEP_FILE = "INSERT OR REPLACE INTO files VALUES (" + "?, " * 14 + "0)"
_COLUMNS = ", ".join(Sighting._fields)
_SIGHTINGS = "answers JOIN settings ON settings.id = answers.setting"
_OWN = Sighting._fields[:OWN]
_INSERT = (
    f"INSERT INTO answers (file, is_counted, cost, billed, setting, {', '.join(_OWN)})"  # noqa: S608 - our names
    f" VALUES (?, ?, ?, ?, ?{', ?' * OWN})"
)
_NEW_SETTING = f"INSERT INTO settings VALUES (NULL{', ?' * len(Setting._fields)})"  # noqa: S608
_KNOWN_SETTINGS = f"SELECT {', '.join(Setting._fields)}, id FROM settings WHERE session = ?"  # noqa: S608


def refresh(
    connection: sqlite3.Connection, places: Mapping[str, Place], prices: PriceList, report: Report
) -> Sequence[str]:
    """Bring the index up to what is there; the files that could not be read."""
    unread: list[str] = []
    with _nothing_collected(), writing(connection):
        # Another process may have done it while this one waited.
        changes = find_changes(connection, places, prices.version)
        update = _Update(connection, changes, places, prices)
        update.mark_gone()
        update.reprice()
        for scans in _in_rounds(scan_all(changes.jobs, report), unread):
            update.absorb(scans)
        update.add_up()
        make_ready(connection)
    share(connection)
    return unread


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Ten thousands of tuples come and go, and none holds itself: to look for that takes longer."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _in_rounds(results: Iterable[Scan | str], unread: list[str]) -> Iterator[list[Scan]]:
    scans: list[Scan] = []
    count = 0
    for result in results:
        if isinstance(result, str):
            unread.append(result)
            continue
        scans.append(result)
        count += len(result.sightings)
        if count >= ROUND:
            yield scans
            scans, count = [], 0
    if scans:
        yield scans


class _Update:
    """One pass over what changed, within one transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        changes: Changes,
        places: Mapping[str, Place],
        prices: PriceList,
    ) -> None:
        self._db = connection
        self._changes = changes
        self._places = places
        self._prices = prices
        self._slots: set[int] = set()
        self._is_first = not changes.states
        self._seen: set[str] = set()
        self._settings: dict[tuple[object, ...], int] = {}
        self._sessions: set[str] = set()
        self._files = {
            each.id: File(
                each.id, each.born_ms, changes.gone.get(each.id, bool(each.is_gone)), path
            )
            for path, each in changes.states.items()
        }

    def mark_gone(self) -> None:
        """Say of files that they are gone, or here again."""
        self._db.executemany(
            "UPDATE files SET is_gone = ?2 WHERE id = ?1", self._changes.gone.items()
        )

    def absorb(self, scans: Sequence[Scan]) -> None:
        """Take over what some files say."""
        sighted: list[Sighted] = []
        for scan in scans:
            file = self._keep_file(scan)
            sighted += [(each, file) for each in scan.sightings]
        _keep_projects(self._db, scans, self._places)
        self._keep_models({said.model for said, _ in sighted})
        known = self._take_out({said.message_id for said, _ in sighted})
        settled = merge([*known, *sighted])
        self._db.executemany(_INSERT, map(self._row, settled))
        said = chain((said for said, _ in known), (said for said, *_ in settled))
        self._slots.update(each.at_ms // SLOT_MS for each in said)

    def reprice(self) -> None:
        """Price all anew where the price list is another than the last time."""
        if not self._changes.has_new_prices:
            return
        rows = self._db.execute(f"SELECT answers.id, {_COLUMNS} FROM {_SIGHTINGS} WHERE is_counted")  # noqa: S608
        priced = [(*self._priced(Sighting._make(row[1:])), row[0]) for row in rows]
        self._db.executemany("UPDATE answers SET cost = ?, billed = ? WHERE id = ?", priced)
        self._db.execute(
            "INSERT OR REPLACE INTO facts VALUES ('prices', ?)", (self._prices.version,)
        )

    def add_up(self) -> None:
        """Bring the slices up to what has changed."""
        add_up(self._db, None if self._changes.has_new_prices else self._slots)

    def _keep_file(self, scan: Scan) -> File:
        place, state = self._places[scan.path], self._changes.states.get(scan.path)
        lines, answers, born_ms = scan.lines, scan.answers, scan.born_ms
        if state and scan.start:
            lines, answers, born_ms = lines + state.lines, answers + state.answers, state.born_ms
        elif state:
            # What was read once stays counted, although its lines have been taken away.
            answers += self._left_of(state.id, scan)
        kept = self._db.execute(
            _KEEP_FILE,
            (
                *(state.id if state else None, place.path, place.folder, place.inode, place.size),
                *(place.mtime_ns, scan.offset, scan.fingerprint, scan.prompt_id, born_ms),
                *(lines, answers, scan.last_lines, scan.last_answers),
            ),
        )
        number = state.id if state else int(kept.lastrowid or 0)
        self._keep_skipped(number, scan, is_new=state is None)
        self._files[number] = File(number, born_ms, is_gone=False, path=scan.path)
        return self._files[number]

    def _left_of(self, number: int, scan: Scan) -> int:
        told = {each.message_id for each in scan.sightings}
        rows = self._db.execute("SELECT message_id FROM answers WHERE file = ?", (number,))
        return sum(message_id not in told for (message_id,) in rows)

    def _keep_skipped(self, number: int, scan: Scan, *, is_new: bool) -> None:
        if is_new and not scan.skipped and not scan.last_skipped:
            return
        which = "is_last" if scan.start else "1"
        self._db.execute(f"DELETE FROM skipped WHERE file = ? AND {which}", (number,))  # noqa: S608
        told = [(scan.skipped, 0), (scan.last_skipped, 1)]
        self._db.executemany(
            "INSERT INTO skipped VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET lines = lines + ?3",
            [
                (number, why, count, last)
                for skipped, last in told
                for why, count in skipped.items()
            ],
        )

    def _keep_models(self, models: set[str]) -> None:
        known = {model for (model,) in self._db.execute("SELECT model FROM models")}
        if models - known:
            new = [(model, clean_model(model)) for model in sorted(models - known)]
            self._db.executemany("INSERT INTO models VALUES (?, ?)", new)

    def _take_out(self, message_ids: set[str]) -> list[Sighted]:
        """Remove all that is known of some responses: it will be put back with what is new."""
        if self._is_first:
            new = message_ids - self._seen
            message_ids -= new
            self._seen |= new
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS touched (message_id PRIMARY KEY)")
        self._db.execute("DELETE FROM touched")
        self._db.executemany("INSERT INTO touched VALUES (?)", ((each,) for each in message_ids))
        rows = self._db.execute(
            f"SELECT answers.id, file, {_COLUMNS} FROM {_SIGHTINGS}"  # noqa: S608
            " WHERE message_id IN touched"
        ).fetchall()
        self._db.executemany("DELETE FROM answers WHERE id = ?", ((row[0],) for row in rows))
        return [(Sighting._make(row[2:]), self._files[row[1]]) for row in rows]

    def _row(self, settled: Settled) -> tuple[object, ...]:
        said, file, is_counted = settled
        costs = self._priced(said) if is_counted else (None, None)
        return (file.id, is_counted, *costs, self._setting_of(said), *said[:OWN])

    def _setting_of(self, said: Sighting) -> int:
        """Under which number it is kept what the answer has in common with others."""
        setting = said.setting
        known = self._settings.get(setting)
        if known is None and said.session not in self._sessions:
            self._sessions.add(said.session)
            rows = self._db.execute(_KNOWN_SETTINGS, (said.session,))
            self._settings |= {row[:-1]: row[-1] for row in rows}
            known = self._settings.get(setting)
        if known is None:
            known = self._settings[setting] = self._db.execute(_NEW_SETTING, setting).lastrowid or 0
        return known

    def _priced(self, said: Sighting) -> tuple[int | None, int | None]:
        tokens, output, cache_read, write_5m, write_1h, searches = said.counts
        row = (said.model, said.at_ms, tokens, output, cache_read, write_5m, write_1h)
        cost = self._prices.cost(*row)
        terms = (said.speed, said.inference_geo, said.service_tier, searches)
        return cost, cost if terms in _PLAIN else self._prices.billed(*row, *terms)


def _keep_projects(
    connection: sqlite3.Connection, scans: Iterable[Scan], places: Mapping[str, Place]
) -> None:
    """A folder's project is the directory that it is named for, else the first that is told."""
    for scan in sorted(scans, key=lambda each: (each.born_ms, each.path)):
        folder = places[scan.path].folder
        told = [(folder, cwd, 1 + _is_named_for(folder, cwd)) for cwd in scan.cwds]
        connection.executemany(
            "INSERT INTO folders VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
            " project = excluded.project, is_certain = excluded.is_certain"
            " WHERE excluded.is_certain > is_certain",
            [(folder, folder or "unknown", 0), *told],
        )


def _is_named_for(folder: str, cwd: str) -> bool:
    name = re.sub(r"[^a-zA-Z0-9]", "-", cwd)
    cut = name[:LONGEST_NAME]
    return folder.startswith(f"{cut}-") if cut != name else folder == name
