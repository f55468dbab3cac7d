"""Are more people than the invented team has as many, and apart from one another?"""

from __future__ import annotations

import pytest

from bench.crowd import copied_events, copied_series, crowd_of
from provisioner.ledger import Series
from provisioner.records import Event


def test_people_beyond_the_team_are_copies_of_it() -> None:
    sizes = {people: crowd_of(people) for people in (3, 10, 100)}
    assert {people: each.team * each.copies for people, each in sizes.items()} == {
        3: 3,
        10: 10,
        100: 100,
    }
    with pytest.raises(ValueError, match="25"):
        crowd_of(25)


def test_a_copy_differs_in_who_it_is_and_in_its_sessions_only() -> None:
    labels = (("project", "p"), ("session", "s"), ("user", "u"))
    series = Series("ledger.session_cost_usd", labels)
    copies = [copied_series(series, copy).labels for copy in range(2)]
    assert copies == [labels, (("project", "p"), ("session", "1-s"), ("user", "1-u"))]


def test_no_copy_of_an_event_has_its_time_or_its_ids() -> None:
    said = {"user.email": "u", "session.id": "s", "request_id": "r", "model": "m"}
    event = Event(name="api_request", attributes=said, at_ns=5)
    one, other = copied_events([event], 2)
    assert one == event
    assert other.at_ns != event.at_ns
    assert other.attributes == {
        "user.email": "1-u",
        "session.id": "1-s",
        "request_id": "1-r",
        "model": "m",
    }
