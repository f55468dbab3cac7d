"""Is each answer of the transcripts found in Loki once?"""

from __future__ import annotations

from provisioner.books.match import key, match
from tests.unit.books.answers import added, response, told


def test_answers_are_the_same_by_their_request() -> None:
    found = match([response(1), response(2)], [told(2), told(1)])
    assert [(each.response.request_id, each.told.request_id) for each in found.live] == [
        ("req_1", "req_1"),
        ("req_2", "req_2"),
    ]
    assert (found.missing, found.alone, found.added, found.twice) == ([], [], [], [])


def test_what_nobody_told_is_missing_and_what_no_transcript_has_stands_alone() -> None:
    title = told(7, source="auxiliary", tokens=(1, 2, 3, 4))
    found = match([response(1), response(2)], [told(1), title])
    assert ([each.message_id for each in found.missing], found.alone) == (["msg_2"], [title])


def test_what_was_added_is_there_by_its_key() -> None:
    found = match([response(1)], [added(1)])
    assert ([each.told.key for each in found.added], found.missing) == (["msg_1"], [])


def test_what_was_added_and_is_told_later_is_there_twice() -> None:
    found = match([response(1)], [told(1), added(1)])
    assert [each.told.key for each in found.twice] == ["msg_1"]
    assert (len(found.live), len(found.added), found.missing) == (1, 1, [])


def test_answers_without_requests_are_the_same_by_session_and_tokens_each_once() -> None:
    both = [response(1, request_id=""), response(2, request_id="")]
    one = told(1, request_id="")
    found = match(both, [one])
    assert [each.told for each in found.live] == [one]
    assert [each.message_id for each in found.missing] == ["msg_2"]


def test_a_replay_with_a_request_of_its_own_is_found_by_its_tokens() -> None:
    found = match([response(1, request_id="req_replay")], [told(1)])
    assert (len(found.live), found.missing, found.alone) == (1, [], [])


def test_what_was_added_before_its_request_was_known_is_still_there() -> None:
    early = response(1, request_id="")
    found = match([response(1)], [added(1, key=key(early), request_id="")])
    assert (len(found.added), found.missing) == (1, [])


def test_one_request_with_two_answers_covers_one_of_them() -> None:
    two = [response(1), response(2, request_id="req_1", output_tokens=7)]
    found = match(two, [told(1)])
    assert [each.message_id for each in found.missing] == ["msg_2"]


def test_a_gateways_calls_with_one_id_have_keys_of_their_own() -> None:
    keys = {key(response(1, request_id="", input_tokens=count)) for count in (1, 2)}
    assert keys == {"msg_1:1:5000:2000", "msg_1:2:5000:2000"}
    assert key(response(1)) == "msg_1"
