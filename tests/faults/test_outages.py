"""A store is away for a long time of traffic, and comes back."""

from __future__ import annotations

import os
import time

import pytest

from bench.load import Offering
from tests.faults.account import Account
from tests.faults.conftest import Enter
from tests.faults.engines import asleep, away
from tests.faults.traffic import settled, traffic, wait_for_more
from tests.stack.stacks import TestStack, on_native

OUTAGE_SECONDS = float(os.environ.get("FAULTS_OUTAGE_SECONDS", "60"))
HANGING_SECONDS = 20.0
BATCHES = 24

OUTAGES = (("prometheus",), ("loki",), ("prometheus", "loki"))


@pytest.mark.parametrize("engines", OUTAGES, ids="+".join)
def test_what_arrives_while_a_store_is_away_is_in_the_books_once(
    stack: TestStack, engines: tuple[str, ...], enter: Enter
) -> None:
    with traffic(stack) as work:
        with away(stack, *engines):
            # There is no condition to wait for: how long it lasts is what this is about.
            time.sleep(OUTAGE_SECONDS)
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    name = f"{' and '.join(engines)} away for {OUTAGE_SECONDS:.0f} s ({stack.runtime})"
    enter(name, account)
    _assert_exact(account)
    assert _is_in_order(stack, work)


@on_native
def test_what_arrives_while_stores_hang_is_in_the_books_once(
    stack: TestStack, enter: Enter
) -> None:
    with traffic(stack) as work:
        with asleep(stack, "prometheus", "loki"):
            time.sleep(HANGING_SECONDS)
        wait_for_more(work, BATCHES)
    account = settled(stack, work)
    enter(f"both stores hang for {HANGING_SECONDS:.0f} s ({stack.runtime})", account)
    _assert_exact(account)


def _assert_exact(account: Account) -> None:
    assert len(account.acknowledged) == len(account.offered)
    assert account.lost == account.twice == []


def _is_in_order(stack: TestStack, work: Offering) -> bool:
    """Whether the ledger has each client's batches at times in the order of their sending."""
    selector = f'ledger_session_requests{{project="{work.load.project}"}}'
    samples = stack.prometheus.samples(selector, 7200)
    at = {each.labels["session"]: each.at for each in samples}
    events = [each for each in work.offered if each.signal == "events"]
    order = [at[each.name] for each in sorted(events, key=lambda each: each.answered_at)]
    return order == sorted(order)
