"""When does the invented team work? Days of records, oldest first, up to a moment.

The same seed and the same moment give the same records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from provisioner.demo.cast import TEAM, Person
from provisioner.demo.pen import Pen
from provisioner.demo.session import STARTS, play
from provisioner.records import Record

SATURDAY = 5
NIGHT = time(23, 30)
BILLION = 10**9

DAYS_OFF = 0.06
WEEKENDS_WORKED = 0.12
MAIN_PROJECT = 0.7
"""How likely each is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invention:
    """What is to be invented: how many people, how many days up to which moment.

    The moment bears its time zone: people work by their clock. `eagerness` multiplies how much.
    """

    end: datetime
    days: int
    people: int = 6
    eagerness: float = 1.0
    seed: str = "tidewater"


def invented_days(wanted: Invention) -> Iterator[list[Record]]:
    """The records of each day, in the order of their times; none is later than the end.

    What a session tells after midnight comes with the next day.
    """
    late: list[Record] = []
    end_ns = int(wanted.end.timestamp()) * BILLION
    for days_ago in reversed(range(wanted.days)):
        records = late + list(_day(wanted, days_ago))
        records.sort(key=lambda record: record.at_ns)
        until_ns = min(end_ns, _midnight_ns(wanted, days_ago - 1))
        late = [record for record in records if record.at_ns >= until_ns]
        yield [record for record in records if record.at_ns < until_ns]


def _midnight_ns(wanted: Invention, days_ago: int) -> int:
    day = wanted.end.date() - timedelta(days=days_ago)
    return int(datetime.combine(day, time(), wanted.end.tzinfo).timestamp()) * BILLION


def _day(wanted: Invention, days_ago: int) -> Iterator[Record]:
    for number, person in enumerate(TEAM[: wanted.people]):
        chance = Random(f"{wanted.seed} {person.name} {days_ago}")  # noqa: S311 - invented, no secret
        yield from _worked(wanted, person, days_ago, chance)
        if days_ago == 0 and number % 2 == 0:
            yield from _under_way(wanted, person, chance)


def _worked(wanted: Invention, person: Person, days_ago: int, chance: Random) -> Iterator[Record]:
    """The sessions of a person's day, one after another."""
    date = wanted.end.date() - timedelta(days=days_ago)
    begin = datetime.combine(date, time(), wanted.end.tzinfo).timestamp()
    night = datetime.combine(date, NIGHT, wanted.end.tzinfo).timestamp()
    at = begin + (person.starts + chance.gauss(0.3, 0.4)) * 3600
    session = ""
    for _ in range(_sessions(wanted, person, date.weekday(), chance)):
        if at > min(night, wanted.end.timestamp()):
            return
        pen, start_type = _pick_up(person, chance, at, session)
        play(pen, start_type=start_type, days_ago=days_ago, until=night)
        yield from pen.records
        session = pen.session
        at = pen.at + chance.expovariate(1 / 2400) / wanted.eagerness


def _sessions(wanted: Invention, person: Person, weekday: int, chance: Random) -> int:
    is_off = chance.random() < DAYS_OFF
    if weekday >= SATURDAY:
        return int(chance.random() < WEEKENDS_WORKED)
    return 0 if is_off else max(1, round(chance.gauss(person.diligence, 1.0) * wanted.eagerness))


def _pick_up(person: Person, chance: Random, at: float, session: str) -> tuple[Pen, str]:
    """A new session, or the last one of the day taken up again."""
    project = (
        person.projects[0] if chance.random() < MAIN_PROJECT else chance.choice(person.projects)
    )
    pen = Pen(chance, person, project, at, session)
    start_type = pen.pick(STARTS) if session else "fresh"
    if start_type == "fresh":
        pen = Pen(chance, person, project, at, pen.new_id())
    return pen, start_type


def _under_way(wanted: Invention, person: Person, chance: Random) -> Iterator[Record]:
    """A session that goes on at the end, whatever the time and the day."""
    end = wanted.end.timestamp()
    at = end - chance.uniform(20, 70) * 60
    while at < end:
        pen, start_type = _pick_up(person, chance, at, "")
        play(pen, start_type=start_type, days_ago=0, until=end)
        yield from pen.records
        at = pen.at + chance.uniform(20, 90)
