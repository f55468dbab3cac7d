"""Which stack is the demo's, and how is it filled? One beside the person's own, never that one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from provisioner.applied import load_applied
from provisioner.backends import Loki
from provisioner.demo.days import Invention, invented_days
from provisioner.files import write_atomically
from provisioner.history import INGEST_SOURCE as LABEL
from provisioner.history import Stores, stores_of, write_amounts, write_events
from provisioner.ledger import ledger
from provisioner.normalise import Teller
from provisioner.records import Event, Record
from provisioner.runtime.model import Report, silent
from provisioner.settings import environment_names
from provisioner.workspace import Workspace, open_workspace

SUFFIX = "-demo"
DISTANCE = 10_000
LAST_PORT = 65_535
NOTE = "demo.json"
INGEST_SOURCE = "demo"
EXPORT_MS = 5_000
"""How often the client exports: what it tells in between is one sample of a series."""

KEPT_DAYS = "400"
OWN = {
    "STACK_IDENTITY": "email",
    "STACK_SESSION_SERIES": "true",
    "PROMETHEUS_RETENTION_DAYS": KEPT_DAYS,
    "PROMETHEUS_OUT_OF_ORDER_DAYS": KEPT_DAYS,
    "LOKI_RETENTION_DAYS": KEPT_DAYS,
}
"""Settings of the person's that would empty boards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a demo was filled with: up to when, how many days are wanted and how many are there."""

    end: str
    days: int
    done: int = 0

    @property
    def is_whole(self) -> bool:
        return self.done == self.days


def demo_workspace(real: Workspace, environ: Mapping[str, str]) -> Workspace:
    """The demo's stack: another name, other ports, data of its own; otherwise as the real one."""
    names = {key: name for name, key in environment_names().items()}
    ports = {names["ports", name]: str(_moved(number)) for name, number in real.settings.ports}
    data = real.settings.data_dir
    own = {
        "STACK_PROJECT": f"{real.settings.project}{SUFFIX}",
        "STACK_DATA_DIR": f"{data}{SUFFIX}" if data else "",
        "RUNTIME": _runtime(real),
    }
    return open_workspace({**environ, **OWN, **ports, **own})


def _moved(port: int) -> int:
    return port + DISTANCE if port + DISTANCE <= LAST_PORT else port - DISTANCE


def _runtime(real: Workspace) -> str:
    """As the real stack was last run: `auto` may have found something else since."""
    chosen = real.settings.runtime
    return (load_applied(real.home).runtime or chosen) if chosen == "auto" else chosen


def load_filled(demo: Workspace) -> Filled | None:
    """What the demo was filled with; None when it was not."""
    try:
        return Filled(**json.loads((demo.home / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget_filled(demo: Workspace) -> None:
    """Forget it: the demo was taken away."""
    (demo.home / NOTE).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How much was written."""

    amounts: int
    events: int


def fill(demo: Workspace, wanted: Filled, report: Report) -> None:
    """Write the days that are missing. Repeated after an interruption, it goes on.

    A day that was half written is written again: Prometheus takes an equal sample for the one it
    has, and Loki, which refuses what is much older than a stream's newest entry, gets the rest.
    """
    stores = stores_of(demo)
    end = datetime.fromisoformat(wanted.end)
    save_filled(demo, wanted)
    written_ns = _newest_ns(stores, end, wanted.days)
    for number, records in enumerate(invented_days(Invention(end=end, days=wanted.days)), 1):
        if number <= wanted.done:
            continue
        report(f"day {number} of {wanted.days}")
        write_day(stores, records, written_ns)
        save_filled(demo, Filled(end=wanted.end, days=wanted.days, done=number))


def write_day(stores: Stores, records: Sequence[Record], written_ns: int = 0) -> Written:
    """Records into both stores, as if they had come from clients; events from a moment on."""
    teller = Teller()
    amounts = write_amounts(stores, ledger(records, teller, step_ms=EXPORT_MS), silent)
    events = (each for each in records if isinstance(each, Event) and each.at_ns >= written_ns)
    told = write_events(stores, events, teller, INGEST_SOURCE, silent)
    return Written(amounts=amounts, events=told)


def _newest_ns(stores: Stores, end: datetime, days: int) -> int:
    """When the newest event happened that Loki has; what happened before is there, too."""
    start = end - timedelta(days=days + 1)
    span = (int(start.timestamp()) * 10**9, int(end.timestamp() + 1) * 10**9)
    query = f'{{{LABEL}="{INGEST_SOURCE}"}}'
    found = Loki(url=stores.loki_read_url).entries(query, *span, limit=1, newest=True)
    return max((entry.at_ns for entry in found), default=0)


def save_filled(demo: Workspace, filled: Filled) -> None:
    """Remember what the demo was filled with."""
    write_atomically(demo.home / NOTE, json.dumps(asdict(filled)) + "\n")


def until_now(days: int) -> Filled:
    """A demo of so many days that ends now, by the clock of this machine."""
    now = datetime.now(tz=UTC).astimezone().replace(microsecond=0)
    return Filled(end=now.isoformat(), days=days)
