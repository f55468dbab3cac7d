"""Are sums exact, and is a cost unknown where there is no price?"""

from __future__ import annotations

from provisioner.reports.amounts import NOTHING, Amounts, add_up, minus, of_response, plus, total
from provisioner.transcripts.model import PICODOLLARS, Slice
from tests.unit.reports.answers import PLAIN, by_chance, slices, sum_of


def test_amounts_are_the_numbers_of_a_slice_in_their_order() -> None:
    assert Slice._fields[-len(Amounts._fields) :] == Amounts._fields


def test_slices_add_up_to_what_their_responses_do() -> None:
    responses = by_chance(7)
    amounts = add_up(slices(responses))
    one, *others = slices(responses)
    assert plus(add_up(others), one) == amounts
    assert add_up([]) == total([]) == NOTHING
    assert amounts == sum_of(responses)
    assert amounts.requests == len(responses)
    assert amounts.cost == sum(each.cost or 0 for each in responses)


def test_a_sum_without_one_part_is_the_other() -> None:
    one, other = of_response(PLAIN), of_response(PLAIN._replace(output_tokens=7, cost=None))
    assert minus(total([one, other]), other) == one


def test_all_tokens_are_what_went_in_came_out_and_was_cached() -> None:
    amounts = of_response(PLAIN)
    assert amounts.cache_write_tokens == 450
    assert amounts.total_tokens == 100 + 20 + 3_000 + 450


def test_costs_are_the_dollars_of_the_picodollars() -> None:
    amounts = of_response(PLAIN._replace(cost=PICODOLLARS // 10 + 1, billed=3 * PICODOLLARS))
    assert amounts.dollars("tokens") == 0.100000000001
    assert amounts.dollars("billed") == 3.0


def test_what_has_no_price_has_an_unknown_cost_and_never_none_at_all() -> None:
    unknown = of_response(PLAIN._replace(cost=None, billed=None))
    assert unknown.dollars("tokens") is None
    assert unknown.dollars("billed") is None
    assert NOTHING.dollars("tokens") == 0.0
    assert total([unknown, of_response(PLAIN)]).dollars("tokens") == 0.01
