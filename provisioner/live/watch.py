"""How is a session looked at again and again, without costing what it measures?

Its own files are asked every time. The index of all transcripts knows the rest (the block, and what
in the session was copied from others); it is asked so seldom that it takes a small share of a core.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from provisioner.live.account import active_block, recent_slices
from provisioner.live.limits import read_limits
from provisioner.live.model import Block, View
from provisioner.live.session import Session
from provisioner.prices import open_prices
from provisioner.runtime.model import Report
from provisioner.transcripts.model import Query, Slice
from provisioner.transcripts.places import index_directory
from provisioner.transcripts.usage import open_usage

SOONEST_SECONDS = 10.0
PAUSES = 300
"""Between two questions to the index are so many times what the first one took."""


class Watch:
    """One session, and what concerns it."""

    def __init__(
        self, session: str, roots: Sequence[Path], environ: Mapping[str, str], say: Report
    ) -> None:
        self._roots = roots
        self._index_dir = index_directory(environ)
        self._prices = open_prices(self._index_dir)
        self._session = Session(session, roots, self._prices)
        self._say = say
        self._slices: Sequence[Slice] = ()
        self._next_question = 0.0

    def look(self, now_ms: int) -> View:
        """How things stand now."""
        self._session.read()
        if time.monotonic() >= self._next_question:
            self._ask_index(now_ms)
        limits = read_limits()
        return View(
            usage=self._session.usage(now_ms),
            block=self._block(now_ms),
            limits=limits and limits.at(now_ms / 1000),
        )

    def _block(self, now_ms: int) -> Block | None:
        return active_block(self._slices, now_ms)

    def _ask_index(self, now_ms: int) -> None:
        """After the session was read: what the index knows is then the same, or more."""
        started = time.monotonic()
        held = self._session.message_ids
        with open_usage(
            self._roots, index_dir=self._index_dir, prices=self._prices, report=self._say
        ) as usage:
            own = usage.responses(Query(sessions=(self._session.id,)))
            self._session.leave_out(held - {each.message_id for each in own})
            self._slices = recent_slices(usage, now_ms)
        took = time.monotonic() - started
        self._next_question = time.monotonic() + max(SOONEST_SECONDS, took * PAUSES)
