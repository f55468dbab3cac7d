"""Are answers named as live telemetry names them?"""

from __future__ import annotations

from provisioner.books.match import Pair
from provisioner.books.names import Names, Who, learned
from tests.unit.books.answers import response, told

ANN = Who(user="ann@example.org", team="core", project="acme/widgets")


def _nobody(path: str) -> tuple[str, str]:
    return f"owner of {path[-7:]}", "unknown"


def test_a_session_that_was_told_in_part_keeps_its_names() -> None:
    pair = Pair(response=response(1), told=told(1))
    names = learned([pair], _nobody)
    assert names.of(response(2)) == ANN
    assert names.of(response(2, session="another")) == ANN


def test_what_most_of_a_sessions_events_say_counts() -> None:
    pairs = [Pair(response=response(n), told=told(n)) for n in range(3)]
    odd = Pair(response=response(9), told=told(9, project="acme/other"))
    assert learned([odd, *pairs], _nobody).of(response(1)).project == "acme/widgets"


def test_events_from_before_the_client_knew_its_project_say_nothing() -> None:
    early = Pair(response=response(1), told=told(1, project="unknown"))
    names = learned([early], _nobody)
    expected = Who(user="owner of 1.jsonl", team="unknown", project="widgets")
    assert names.of(response(2)) == expected


def test_without_any_event_the_client_and_its_folder_are_asked() -> None:
    found = Names(person=_nobody).of(response(1, project="/srv/gone/gadgets"))
    assert found == Who(user="owner of 1.jsonl", team="unknown", project="gadgets")
