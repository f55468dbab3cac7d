"""Is what the stores hold added up by day, and every difference seen?"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from provisioner.keep.totals import (
    DAY_SECONDS,
    SKEW_SECONDS,
    differences,
    kept_days,
    read_totals,
    settled_until,
)
from provisioner.runtime.model import silent
from provisioner.settings import Loki, Ports, Prometheus
from provisioner.workspace import Workspace
from tests.servers import Answer, Request, Server, serving, success
from tests.unit.keep.backups import TOTALS

ENDS = (0, 99, 100, 199, 200, 299, 300, 398)
"""The first and the last day of each question."""

KEPT = {"loki": 10, "prometheus": 400}


def _with(workspace: Workspace, server: Server) -> Workspace:
    port = server.server_port
    ports = workspace.settings.ports.model_copy(update={"prometheus": port, "loki": port})
    settings = workspace.settings.model_copy(
        update={
            "ports": Ports.model_construct(**ports.model_dump()),
            "loki": Loki(retention_days=KEPT["loki"]),
            "prometheus": Prometheus(retention_days=KEPT["prometheus"]),
        }
    )
    return replace(workspace, settings=settings)


def test_the_past_is_asked_by_day_as_far_back_as_it_is_kept(workspace: Workspace) -> None:
    until = time.time()

    def answers(request: Request) -> Answer:
        if "query_range" in request.path:
            is_cost = "ledger_cost_usd" in request.query["query"]
            ends = (float(request.query["start"]), float(request.query["end"]))
            values = [[at, "0.5"] for at in ends] if is_cost else []
            return success({"result": [{"metric": {}, "values": values}] if values else []})
        age = round((until - SKEW_SECONDS - int(request.query["time"]) / 1e9) / DAY_SECONDS)
        sample = {"metric": {"event_name": "api_request"}, "value": [0, "3"]}
        return success({"result": [sample] if age in (0, 1) else []})

    with serving(answers) as server:
        totals = read_totals(_with(workspace, server), until, silent)
    assert totals.days == {"loki": 9, "prometheus": 399}
    assert totals.amounts == {day: {"ledger_cost_usd": 0.5} for day in ENDS}
    assert {day: each for day, each in totals.entries.items() if each} == {
        0: {"api_request": 3},
        1: {"api_request": 3},
    }
    assert (totals.of("ledger_cost_usd"), totals.events) == (0.5 * len(ENDS), 6)


def test_days_that_a_store_may_have_begun_to_delete_are_not_asked_for(
    workspace: Workspace,
) -> None:
    past = time.time() - 30.5 * DAY_SECONDS
    assert kept_days(workspace, past) == {"loki": 400 - 31, "prometheus": 400 - 31}
    assert kept_days(workspace, time.time() - 1000 * DAY_SECONDS) == {"loki": 0, "prometheus": 0}


def test_clocks_may_differ_by_as_much_as_verify_allows() -> None:
    assert settled_until(1000.0) == 995.0


def test_equal_totals_do_not_differ() -> None:
    rounded = replace(TOTALS, amounts={**TOTALS.amounts, 3: {"ledger_cost_usd": 0.25 + 1e-12}})
    assert differences(TOTALS, rounded) == []


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (replace(TOTALS, entries={}), ["api_request: 2 in the backup, 0 in loki"]),
        (replace(TOTALS, amounts={}), ["ledger_cost_usd: 1.75 in the backup, 0 in prometheus"]),
        (
            replace(TOTALS, entries={**TOTALS.entries, 1: {"compaction": 1}}),
            ["compaction: 0 in the backup, 1 in loki"],
        ),
    ],
)
def test_every_difference_is_named_with_both_numbers(now: object, found: list[str]) -> None:
    assert set(found) <= set(differences(TOTALS, now))  # type: ignore[arg-type]


def test_what_is_not_kept_any_more_is_not_compared() -> None:
    later = replace(TOTALS, days={"loki": 20, "prometheus": 2}, amounts={0: TOTALS.amounts[0]})
    assert differences(TOTALS, later) == []
