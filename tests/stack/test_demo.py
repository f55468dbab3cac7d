"""The demo shows what was invented, beside the person's stack and never in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from provisioner.backends import Loki, Prometheus
from provisioner.demo.days import Invention, invented_days
from provisioner.demo.stack import demo_workspace, load_filled, save_filled
from provisioner.errors import BackendError
from provisioner.records import Event, Record
from provisioner.workspace import Workspace, open_workspace
from tests.stack.runs import TOLERANCE
from tests.stack.stacks import TestStack

DAYS = "2"
MONTH_SECONDS = 30 * 86_400
COST = "sum(sum_over_time(ledger_cost_usd[3d]))"
INVENTED = 'user=~".*@tidewater.example"'


@pytest.fixture
def demo(stack: TestStack) -> Iterator[Workspace]:
    """The place of the demo beside a running stack; taken away whatever happens."""
    environ = stack.environment
    yield demo_workspace(open_workspace(environ), environ)
    stack.succeed("demo", "--remove", "--yes")


def test_a_demo_is_exact_stays_apart_and_goes_away_whole(stack: TestStack, demo: Workspace) -> None:
    said = stack.run("demo", "--days", DAYS)
    assert said.code == 0, said
    assert "claude-otel demo --remove" in said.out
    records = _invented(demo)
    _holds(demo, records)
    again = stack.run("demo", "--days", DAYS)
    assert (again.code, "nothing is added" in again.err) == (0, True)
    _holds(demo, records)
    _forget_a_day(demo)
    assert stack.run("demo").code == 0
    _holds(demo, records)
    _holds_nothing_invented(stack)
    removed = stack.run("demo", "--remove", "--yes")
    assert (removed.code, demo.settings.project in removed.err) == (0, True)
    assert not demo.build.exists()
    assert _left(demo.home) == []
    with pytest.raises(BackendError):
        Prometheus(url=demo.url("prometheus")).total(COST)
    assert stack.read_json("status", "--json")["engines"]


def _forget_a_day(demo: Workspace) -> None:
    """As if the demo had been interrupted between a day and its note."""
    filled = load_filled(demo)
    assert filled is not None
    save_filled(demo, replace(filled, done=filled.done - 1))


def _invented(demo: Workspace) -> list[Record]:
    filled = load_filled(demo)
    assert filled is not None
    wanted = Invention(end=datetime.fromisoformat(filled.end), days=filled.days)
    return [record for day in invented_days(wanted) for record in day]


def _holds(demo: Workspace, records: list[Record]) -> None:
    events = [record for record in records if isinstance(record, Event)]
    cost = sum(float(each.attributes.get("cost_usd", 0.0)) for each in events)
    seen = Prometheus(url=demo.url("prometheus")).total(COST)
    assert seen == pytest.approx(cost, rel=0, abs=TOLERANCE)
    counted = 'sum(count_over_time({service_name="claude-code"}[3d]))'
    assert Loki(url=demo.url("loki")).total(counted) == len(events)


def _holds_nothing_invented(stack: TestStack) -> None:
    assert stack.prometheus.samples(f'{{__name__=~"ledger_.+",{INVENTED}}}', MONTH_SECONDS) == []
    invented = f'sum(count_over_time({{service_name="claude-code"}} | {INVENTED} [30d]))'
    assert stack.loki.total(invented) == 0


def _left(home: Path) -> list[str]:
    """What is left of a stack's data; its lock is no data."""
    return sorted(path.name for path in home.rglob("*") if path.is_file() and path.name != "lock")
