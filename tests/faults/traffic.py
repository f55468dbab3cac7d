"""How is a stack given work, and when has all of it arrived?"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.load import Load, Offered, Offering, offering
from provisioner.errors import StackError
from tests.faults.account import Account, account_of
from tests.faults.engines import wait_until
from tests.stack.runs import pass_marker
from tests.stack.stacks import TestStack

DRAIN_SECONDS = 180.0


@contextmanager
def traffic(stack: TestStack, **how: Any) -> Iterator[Offering]:  # noqa: ANN401 - fields of Load
    """Clients at work until the block ends; it begins when the stack has taken something."""
    load = Load(project=f"faults/{uuid.uuid4().hex[:8]}", **how)
    with offering(load, stack.door) as work:
        wait_until(lambda: taken(work) > 0)
        yield work


def taken(work: Offering) -> int:
    """How many batches were acknowledged so far."""
    return sum(each.is_acknowledged for each in work.offered)


def wait_for_more(work: Offering, batches: int) -> None:
    """Wait until that many more batches have been acknowledged."""
    enough = taken(work) + batches
    wait_until(lambda: taken(work) >= enough)


def settled(stack: TestStack, work: Offering) -> Account:
    """The account when all that was offered has arrived."""
    return settled_account(stack, work.load.project, work.offered)


def settled_account(stack: TestStack, project: str, offered: Sequence[Offered]) -> Account:
    """What was offered before a marker has arrived when that has, twice or not."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        try:
            pass_marker(stack)
            return account_of(stack, project, offered)
        except (AssertionError, StackError):
            # Engines that were just started, or a long queue.
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
