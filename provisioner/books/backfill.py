"""How does what only the transcripts know get into the stores, each answer once?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioner.backends import Loki
from provisioner.books.enter import Entered, Pen
from provisioner.books.names import Names, Who, learned
from provisioner.books.notes import Note, note_of, notes
from provisioner.books.person import person_by_path
from provisioner.books.survey import Survey
from provisioner.books.told import KEY, SELECTOR, Told, parts
from provisioner.history import Stores, stores_of
from provisioner.ledger import MILLISECOND_NS
from provisioner.normalise import Teller
from provisioner.runtime.model import Report
from provisioner.transcripts.model import Response
from provisioner.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What a backfill did: what was written in, and how many entries got their amounts at last."""

    entered: Entered
    completed: int


def backfill(workspace: Workspace, found: Survey, names: Names, report: Report) -> Backfilled:
    """Write in what is missing, and the amounts of entries that have none.

    The caller holds the books since before the survey. Raises DeliveryFailed when a store is away.
    """
    stores = stores_of(workspace)
    pen = Pen(stores=stores, session_series=workspace.settings.session_series)
    pen.complete(_entries_of(stores, found.unsummed), report)
    completed = pen.entered.answers
    pen.enter(notes(_named(found.missing, names), found.taken), report)
    return Backfilled(entered=pen.entered, completed=completed)


def names_of(
    workspace: Workspace, found: Survey, roots: Sequence[Path], environ: Mapping[str, str]
) -> Names:
    """The names that live telemetry gives, or would give."""
    teller = Teller(identity=workspace.settings.identity, secret=_secret(workspace))
    return learned(found.match.live, person_by_path(roots, environ, Path.home(), teller))


def _named(missing: Sequence[Response], names: Names) -> Iterator[tuple[Response, Who]]:
    return ((each, names.of(each)) for each in sorted(missing, key=lambda each: each.at_ms))


def _entries_of(stores: Stores, unsummed: Sequence[Told]) -> list[Note]:
    """The notes of entries that Loki has, read as a whole."""
    wanted = {each.key for each in unsummed}
    times = [each.at_ms for each in unsummed]
    found: list[Note] = []
    for start, end in parts(min(times), max(times) + 1) if times else ():
        query = f'{SELECTOR} | {KEY}!=""'
        entries = Loki(url=stores.loki_read_url).entries(
            query, start * MILLISECOND_NS, end * MILLISECOND_NS
        )
        found += [
            note_of(each.attributes, each.at_ns)
            for each in entries
            if each.attributes[KEY] in wanted
        ]
    return found


def _secret(workspace: Workspace) -> str:
    """What is mixed into hashed identities: `up` has made it."""
    if workspace.settings.identity != "hash":
        return ""
    return workspace.identity_file.read_text(encoding="utf-8")
