"""Do invented developers tell as much as was said of them, and each record once?"""

from __future__ import annotations

import itertools
from statistics import mean

from bench.load.people import developer, portions_of, told_by, told_until
from provisioner.records import Event

DAY_SECONDS = 8 * 3600.0


def _day(number: int) -> list[Event]:
    records = itertools.chain.from_iterable(told_until(number, [DAY_SECONDS]))
    return [each for each in records if isinstance(each, Event)]


def test_a_working_day_is_about_1500_events_and_300_requests() -> None:
    days = [_day(number) for number in range(50)]
    requests = [sum(each.name == "api_request" for each in day) for day in days]
    assert 1300 < mean(map(len, days)) < 1700
    assert 240 < mean(requests) < 340


def test_developers_are_different_people() -> None:
    assert len({developer(number).email for number in range(1000)}) == 1000


def test_steps_of_time_hold_each_record_of_it_once() -> None:
    ends = [300.0 * number for number in range(1, 97)]
    cut = list(itertools.chain.from_iterable(told_until(3, ends)))
    whole = itertools.takewhile(lambda each: each.at_ns < DAY_SECONDS * 1e9, told_by(3))
    assert cut == list(whole)


def test_portions_hold_each_record_once_and_as_many_events_as_wanted() -> None:
    portions = list(itertools.islice(portions_of(3, 5), 20))
    records = list(itertools.chain.from_iterable(portions))
    assert records == list(itertools.islice(told_by(3), len(records)))
    assert {sum(isinstance(each, Event) for each in portion) for portion in portions} == {5}
