"""Is what Loki has of an answer read as numbers and names?"""

from __future__ import annotations

from provisioner.backends import Entry, Loki
from provisioner.books.told import DAY_MS, parts, read_told, told
from tests.servers import Answer, Request, serving, success
from tests.unit.books.answers import NOON_MS


def _entry(**attributes: str) -> Entry:
    return Entry(attributes=attributes, at_ns=NOON_MS * 1_000_000, line="x")


def test_an_entry_of_the_client_is_live_and_one_with_a_key_is_ours() -> None:
    assert told(_entry(request_id="req_1")).origin == "live"
    assert told(_entry(transcript_key="msg_1")).origin == "transcript"


def test_counts_are_numbers_and_what_is_none_counts_nothing() -> None:
    said = {"input_tokens": "1", "output_tokens": "2", "cache_read_tokens": "x"}
    found = told(_entry(**said, cache_creation_tokens="NaN", cost_usd="inf"))
    assert (found.tokens, found.cost_usd) == ((1, 2, 0, 0), None)


def test_a_long_span_is_asked_for_in_parts() -> None:
    asked: list[Request] = []
    said: list[str] = []

    def answer(request: Request) -> Answer:
        asked.append(request)
        return success({"result": []})

    with serving(answer) as server:
        assert read_told(Loki(url=server.url), NOON_MS, NOON_MS + 30 * DAY_MS, said.append) == []
    assert len(asked) == 3
    assert all("| keep transcript_key, request_id" in each.query["query"] for each in asked)
    assert said[-1] == "0 answers in Loki"


def test_parts_cover_a_span_once() -> None:
    assert list(parts(0, 5 * DAY_MS, days=2)) == [
        (0, 2 * DAY_MS),
        (2 * DAY_MS, 4 * DAY_MS),
        (4 * DAY_MS, 5 * DAY_MS),
    ]
