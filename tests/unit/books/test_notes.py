"""Are entry and amounts of an added answer the same whenever they are made?"""

from __future__ import annotations

from itertools import pairwise

from provisioner.books.names import Who
from provisioner.books.notes import Note, amounts, note_of, notes
from provisioner.transcripts.model import Response
from tests.unit.books.answers import NOON_MS, response

WHO = Who(user="ann@example.org", team="core", project="acme/widgets")


def _notes(*responses: Response, taken: tuple[int, ...] = ()) -> list[Note]:
    return list(notes(((each, WHO) for each in responses), taken))


def _amounts(note: Note) -> dict[str, float]:
    (ledger,) = amounts([note], session_series=True)
    assert {at for samples in ledger.values() for at in samples} == {note.at_ms}
    return {
        f"{series.name} {sorted(series.labels)}": sum(samples.values())
        for series, samples in ledger.items()
    }


def test_each_answer_has_a_millisecond_of_its_own_in_the_order_of_time() -> None:
    made = _notes(*(response(number) for number in range(3)), taken=(NOON_MS + 1,))
    assert [note.at_ms - NOON_MS for note in made] == [0, 2, 3]
    assert all(one.at_ms < other.at_ms for one, other in pairwise(made))


def test_an_entry_says_what_the_client_would_have_said_and_its_own_time() -> None:
    (note,) = _notes(response(1), taken=(NOON_MS,))
    assert note.kept.attributes == {
        "transcript_key": "msg_1",
        "message_id": "msg_1",
        "request_id": "req_1",
        "session.id": "session-1",
        "prompt.id": "prompt-1",
        "app.entrypoint": "cli",
        "effort": "high",
        "model": "claude-opus-5-5",
        "query_source": "main",
        "source": "main",
        "speed": "normal",
        "event.timestamp": "2026-08-03T12:00:00.000Z",
        "input_tokens": 101,
        "output_tokens": 51,
        "cache_read_tokens": 5000,
        "cache_creation_tokens": 2000,
        "cache_creation_5m_tokens": 1500,
        "cache_creation_1h_tokens": 500,
        "cost_usd": 0.013924,
        "user": "ann@example.org",
        "team": "core",
        "project": "acme/widgets",
        "origin": "transcript",
    }


def test_amounts_made_of_what_loki_gives_back_are_those_that_were_made_first() -> None:
    subagent = response(1, source="subagent", agent_type="general-purpose", agent_id="a1")
    (note,) = _notes(subagent)
    said = {name.replace(".", "_"): str(value) for name, value in note.kept.attributes.items()}
    found = note_of(said, note.event.at_ns)
    assert _amounts(found) == _amounts(note)
    assert (found.key, len(_amounts(note))) == ("msg_1", 10)


def test_what_has_no_price_is_counted_without_a_cost() -> None:
    (note,) = _notes(response(1, cost=None))
    assert "cost_usd" not in note.kept.attributes
    assert not [series for series in _amounts(note) if "cost" in series]


def test_the_amounts_of_two_persons_are_made_apart() -> None:
    other = Who(user="bob", team="core", project="acme/widgets")
    made = list(notes([(response(1), WHO), (response(2), other)], ()))
    assert len(list(amounts(made, session_series=False))) == 2
