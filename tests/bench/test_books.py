"""Does an account show what is missing and what is there twice, even of equal number?"""

from __future__ import annotations

from bench.load.books import account, known_to_loki

TRUTH = {
    ("events", "ada", "api_request"): 3.0,
    ("events", "bob", "api_request"): 2.0,
    ("cost", "session"): 0.3,
    ("tokens", "ada", "input"): 7.0,
}


def test_books_that_say_the_truth_are_exact() -> None:
    assert account("Loki", TRUTH, TRUTH).is_exact


def test_a_sum_that_differs_by_rounding_is_exact() -> None:
    assert account("Loki", TRUTH, {**TRUTH, ("cost", "session"): 0.1 + 0.2}).is_exact


def test_one_lost_and_another_twice_do_not_make_up_for_each_other() -> None:
    found = {**TRUTH, ("events", "ada", "api_request"): 2, ("events", "bob", "api_request"): 3}
    seen = account("Loki", TRUTH, found)
    assert (seen.missing, seen.twice, seen.is_exact) == (1, 1, False)


def test_all_events_of_a_person_whom_the_store_does_not_know_are_missing() -> None:
    found = {key: value for key, value in TRUTH.items() if key[1] != "bob"}
    assert account("Loki", TRUTH, found).missing == 2


def test_events_that_nobody_sent_are_too_many() -> None:
    assert account("Loki", TRUTH, {**TRUTH, ("events", "eve", "user_prompt"): 4}).twice == 4


def test_money_that_differs_is_told_with_both_sums() -> None:
    seen = account("Prometheus", TRUTH, {**TRUTH, ("cost", "session"): 0.4})
    assert str(seen) == (
        "Prometheus: 0 events lost, 0 twice; cost session: 0.3 acknowledged, 0.4 there"
    )
    assert not seen.is_exact


def test_loki_is_asked_for_events_and_their_cost_alone() -> None:
    assert {key[0] for key in known_to_loki(TRUTH)} == {"events", "cost"}
