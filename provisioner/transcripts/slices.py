"""What do responses add up to? Kept added up, because every report asks and few answers are new."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from provisioner.transcripts.model import SLOT_MS, Query, Slice

COLUMNS = """
    slot INTEGER NOT NULL,
    session TEXT NOT NULL,
    folder TEXT NOT NULL,
    model TEXT NOT NULL,
    source TEXT NOT NULL,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
    cache_write_1h_tokens, web_searches, cost, billed, unpriced,
    PRIMARY KEY (slot, session, folder, model, source)
"""
_KEYS = Slice._fields[:5]
_AMOUNTS = Slice._fields[5:]
_SUMS = ", ".join(f"sum({each})" for each in _AMOUNTS)

_ONE_BY_ONE = f"""
    SELECT at_ms / {SLOT_MS} AS slot, session, folder, model, source, 1 AS requests,
        input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
        cache_write_1h_tokens, web_searches, ifnull(cost, 0) AS cost,
        ifnull(billed, 0) AS billed, cost IS NULL AS unpriced
    FROM answers
    JOIN files ON files.id = answers.file
    JOIN settings ON settings.id = answers.setting
    WHERE is_counted
"""  # noqa: S608 - our own names, as below
_ADD_UP = f"INSERT INTO slices SELECT slot, session, folder, model, source, {_SUMS} FROM (%s) GROUP BY 1, 2, 3, 4, 5"  # noqa: E501, S608
_OF_SLOT = f"{_ONE_BY_ONE} AND at_ms >= ?1 * {SLOT_MS} AND at_ms < (?1 + 1) * {SLOT_MS}"

SLICES = f"""
    SELECT slot, session, project, models.name, source, {_SUMS}
    FROM (
        SELECT * FROM slices WHERE slot >= :first AND slot < :last
        UNION ALL {_ONE_BY_ONE} AND at_ms >= :since AND at_ms < min(:until, :first * {SLOT_MS})
        UNION ALL {_ONE_BY_ONE} AND at_ms >= :last * {SLOT_MS} AND at_ms < :until
    )
    JOIN folders USING (folder)
    JOIN models USING (model)
    WHERE TRUE %s
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
"""  # noqa: S608
"""Whole slots as they are kept; what lies in parts of a slot at the ends is added up anew."""

_EVER = 2**42
"""More slots and milliseconds than there will be."""


def add_up(connection: sqlite3.Connection, slots: Collection[int] | None) -> None:
    """Add some slots up again, or all."""
    if slots is None:
        connection.execute("DELETE FROM slices")
        connection.execute(_ADD_UP % _ONE_BY_ONE)
        return
    each = [(slot,) for slot in slots]
    connection.executemany("DELETE FROM slices WHERE slot = ?", each)
    connection.executemany(_ADD_UP % _OF_SLOT, each)


def span_of(query: Query) -> dict[str, int]:
    """The times that a query asks for, and the whole slots among them."""
    since = query.since_ms if query.since_ms is not None else 0
    until = query.until_ms if query.until_ms is not None else _EVER * SLOT_MS
    first = -(-since // SLOT_MS)
    return {"since": since, "until": until, "first": first, "last": max(first, until // SLOT_MS)}
