"""In which time zone do days begin? The one that was asked for, else TZ, else the machine's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from provisioner.errors import WrongArgument

LOCALTIME = Path("/etc/localtime")
_POSIX = re.compile(r"(<[-+\w]+>|[A-Za-z]{3,})[-+]?\d")
"""A rule in place of a name, as `CET-1CEST`: only the C library reads these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone and its name; without `info` it is what the C library takes for local time."""

    name: str
    info: tzinfo | None

    def local(self, at_ms: int) -> datetime:
        """A moment as the clocks there show it."""
        return datetime.fromtimestamp(at_ms // 1000, self.info)

    def shown(self, at_ms: int) -> str:
        """A moment to the millisecond, with its distance from UTC."""
        moment = self.local(at_ms).replace(microsecond=at_ms % 1000 * 1000)
        placed = moment if moment.tzinfo else moment.astimezone()
        return placed.isoformat(timespec="milliseconds")

    def midnight_ms(self, day: date) -> int:
        """When a day begins there; where clocks leave midnight out, when they do so."""
        return self.instant_ms(datetime.combine(day, time.min))

    def instant_ms(self, shown: datetime) -> int:
        """The moment of a time that is shown there, unless it bears a zone of its own.

        Of two such moments it is the first.
        """
        placed = shown if shown.tzinfo else shown.replace(tzinfo=self.info)
        return round(placed.timestamp() * 1000)


def find_zone(asked: str | None, environ: Mapping[str, str]) -> Zone:
    """The time zone that reports are in."""
    if asked:
        return _named(asked, "--timezone")
    said = environ.get("TZ", "").removeprefix(":")
    if not said or said.startswith("/"):
        return Zone(name=_name_of(Path(said or LOCALTIME)), info=None)
    if _POSIX.match(said) and not said.startswith("Etc/"):
        return Zone(name=said, info=None)
    return _named(said, "TZ")


def _named(name: str, origin: str) -> Zone:
    if name.upper() == "UTC":
        return Zone(name="UTC", info=UTC)
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - not for UTC

    try:
        return Zone(name=name, info=ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongArgument(origin, name, "a time zone of the IANA list", _advice(name)) from None


def _advice(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a wrong name
    from zoneinfo import available_timezones  # noqa: PLC0415

    known = {each.lower(): each for each in available_timezones()}
    if not known:
        return "this machine has no list of time zones: install its tzdata package, or use UTC"
    near = [known[each] for each in get_close_matches(name.lower(), known)]
    city = [each for each in known.values() if each.lower().endswith(f"/{name.lower()}")]
    return f"write it as in {', '.join(near or city or ['Europe/Berlin', 'UTC'])}"


def _name_of(path: Path) -> str:
    """The name of the machine's zone, which is in the path of the file that describes it."""
    _, found, name = path.resolve().as_posix().partition("/zoneinfo/")
    return name if found and path.exists() else datetime.now().astimezone().tzname() or "local"
