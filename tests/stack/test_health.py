"""Does the stack tell what it goes through: figures of its own, alerts, and the board of both?"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping

import pytest
import yaml

from provisioner.backends import get, post_otlp
from provisioner.dashboards.boards.health import health
from provisioner.dashboards.queries import runnable
from provisioner.errors import DeliveryFailed
from provisioner.telemetry import AMOUNTS
from tests.stack.books import eventually
from tests.stack.runs import pass_event, pass_marker
from tests.stack.stacks import TestStack, prepare_stack
from tests.stack.test_lifecycle import listening

QUEUES = {"loki", "prometheus", "spool"}
IN_TROUBLE_ONLY = {
    "otelcol_exporter_send_failed_log_records_total",
    "otelcol_exporter_send_failed_metric_points_total",
}
"""What is not told before it happens; nothing that the door takes makes it happen."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A stack of this module's own, which nothing has happened to yet."""
    stack = prepare_stack(tmp_path_factory.mktemp("health"), "native")
    try:
        stack.succeed("up")
        yield stack
    finally:
        stack.succeed("clean", "--yes")


def test_every_name_that_a_rule_asks_for_is_told_by_an_engine(stack: TestStack) -> None:
    pass_marker(stack)
    asked = _asked_for(stack) - IN_TROUBLE_ONLY
    assert {name.partition("_")[0] for name in asked} >= {"otelcol", "prometheus", "loki"}
    eventually(lambda: asked - _told(stack), set())


def _asked_for(stack: TestStack) -> set[str]:
    rules = yaml.safe_load((stack.root / "build/prometheus/rules.yaml").read_text("utf-8"))
    text = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
    bare = re.sub(r'\{[^}]*\}|"[^"]*"', "", text)
    return set(re.findall(r"\b(?:otelcol|prometheus|loki|process|http|rpc)_\w+", bare))


def _told(stack: TestStack) -> set[str]:
    engines = '{job=~"collector|prometheus|loki"}'
    found = stack.prometheus.query(f"count by (__name__) ({engines})")
    return {sample.labels["__name__"] for sample in found}


def test_the_collectors_own_figures_are_one_series_whatever_its_life_and_no_amounts(
    own: TestStack,
) -> None:
    own.succeed("restart", "collector")
    uptime = "otelcol_process_uptime_seconds_total"
    eventually(lambda: own.prometheus.total(f"resets({uptime}[10m])"), 1)
    amounts = "|".join(amount.name for amount in AMOUNTS)
    own_figures = f'{{job="collector", __name__=~"{amounts}"}}'
    assert len(own.prometheus.query(f"count by (job, instance) ({uptime})")) == 1
    assert own.prometheus.query(own_figures) == []


def test_every_panel_of_the_board_says_something_of_a_stack_that_is_well(own: TestStack) -> None:
    pass_marker(own)
    eventually(lambda: _silent_while_events_pass(own) - {"Firing Alerts"}, set())
    eventually(lambda: _board(own)["Engines"], {"collector": 1, "loki": 1, "prometheus": 1})
    eventually(lambda: set(_board(own)["Queues Filled"]), QUEUES)
    eventually(lambda: set(_board(own)["Behind"]), QUEUES)
    said = _board(own)
    assert 0 < said["Disk"][""] < 1
    limit = own.settings.prometheus.max_series
    head = own.prometheus.total("prometheus_tsdb_head_series")
    assert said["Series of the Cap"][""] == pytest.approx(head / limit, rel=0.1)


def test_a_store_that_does_not_answer_is_a_problem_until_it_does(own: TestStack) -> None:
    eventually(lambda: "" in _board(own)["Problems"], expected=True)
    before = _board(own)["Problems"][""]
    loki = listening(own.settings.ports.loki_engine)
    os.kill(loki, signal.SIGSTOP)
    try:
        eventually(lambda: _states(own).get("EngineDown"), "pending")
        eventually(lambda: _board(own)["Engines"]["loki"], 0)
        eventually(lambda: _board(own)["Problems"][""], before + 1)
    finally:
        os.kill(loki, signal.SIGCONT)
    eventually(lambda: "EngineDown" in _states(own), expected=False)
    eventually(lambda: _board(own)["Problems"][""], before)


def test_what_the_door_refuses_is_told_everywhere(own: TestStack) -> None:
    with pytest.raises(DeliveryFailed):
        post_otlp(
            f"{own.door.http_url}/v1/logs",
            b"no telemetry",
            "application/x-protobuf",
            token=own.door.token,
        )
    eventually(lambda: _states(own).get("DataRefused"), "firing")
    told = {
        alert["name"]: alert["runbook"] for alert in own.read_json("status", "--json")["alerts"]
    }
    assert told["DataRefused"] == "docs/runbook.md#datarefused"
    assert "docs/runbook.md#datarefused" in own.succeed("status")
    assert "docs/runbook.md#datarefused" in own.run("doctor").out
    eventually(lambda: _board(own)["Refused Requests"][""] >= 1, expected=True)


def _silent_while_events_pass(stack: TestStack) -> set[str]:
    """What grows is told of from its second sample on: one event at the start shows no lag."""
    pass_event(stack)
    return {title for title, said in _board(stack).items() if not said}


def _states(stack: TestStack) -> dict[str, str]:
    alerts = get(f"{stack.prometheus.url}/api/v1/alerts").json()["data"]["alerts"]
    return {each["labels"]["alertname"]: each["state"] for each in alerts}


def _board(stack: TestStack) -> Mapping[str, Mapping[str, float]]:
    """What each panel says now, by the one label that tells its numbers apart."""
    return {
        panel.title: {
            " ".join(sample.labels.values()) or query.legend: sample.value
            for query in panel.questions
            for sample in stack.prometheus.query(runnable(query.expr, 600, 60, {}))
        }
        for panel in health().panels()
    }
