"""What has changed since the transcripts were read the last time? Mostly nothing: asked quickly."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from provisioner.transcripts.places import Place
from provisioner.transcripts.sighting import Job


class State(NamedTuple):
    """A file as it was when it was read."""

    id: int
    path: str
    inode: int
    size: int
    mtime_ns: int
    offset: int
    fingerprint: int
    prompt_id: str
    born_ms: int
    lines: int
    answers: int
    is_gone: int


class Changes(NamedTuple):
    """What is to be done: files to read and how many bytes of each, files that went or came back.

    `states` are the files that are known, by their paths; `gone` says of some, by their numbers,
    whether they are.
    """

    states: Mapping[str, State]
    jobs: Sequence[tuple[Job, int]]
    gone: Mapping[int, bool]
    has_new_prices: bool

    @property
    def are_none(self) -> bool:
        """Whether all is as it was."""
        return not (self.jobs or self.gone or self.has_new_prices)


def find_changes(
    connection: sqlite3.Connection, places: Mapping[str, Place], prices: str
) -> Changes:
    """Hold what is there against what is known, and the price list's version too."""
    columns = ", ".join(State._fields)
    rows = connection.execute(f"SELECT {columns} FROM files")  # noqa: S608 - our names
    states = {state.path: state for state in map(State._make, rows)}
    known = connection.execute("SELECT value FROM facts WHERE name = 'prices'").fetchone()
    return Changes(
        states=states,
        jobs=list(_jobs(places, states)),
        gone={
            state.id: state.path not in places
            for state in states.values()
            if (state.path not in places) != bool(state.is_gone)
        },
        has_new_prices=known != (prices,),
    )


def _jobs(places: Mapping[str, Place], states: Mapping[str, State]) -> Iterable[tuple[Job, int]]:
    for path, place in places.items():
        job = _job(place, states.get(path))
        if job is not None:
            yield job, place.size - job.offset


def _job(place: Place, state: State | None) -> Job | None:
    """What is to be read of a file; None when nothing."""
    whole = Job(path=place.path, session=place.session, agent_id=place.agent_id)
    if state is None:
        return whole
    if (place.inode, place.size, place.mtime_ns) == state[2:5]:
        return None
    if place.inode != state.inode or place.size <= state.size or place.size < state.offset:
        return whole
    return whole._replace(
        offset=state.offset, fingerprint=state.fingerprint, prompt_id=state.prompt_id
    )
