"""Does every alert have words, a heading in the runbook, and a case for firing and for silence?"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

RENDERED = ROOT / "tests/golden/default-docker/rendered/prometheus/rules.yaml"
RUNBOOK = ROOT / "docs" / "runbook.md"
NO_ALERT = "What no alert tells"
ASKED = ("**Means**", "**At stake**", "**Look**", "**End**")


def _alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RENDERED.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


ALERTS = _alerts()
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


def _sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _cases() -> list[dict[str, Any]]:
    files = sorted((ROOT / "tests" / "rules").glob("*.yaml"))
    tests = [
        each for path in files for each in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    ]
    return [case for test in tests for case in test["alert_rule_test"]]


def test_the_runbook_has_a_heading_for_every_alert_and_no_other() -> None:
    assert [*(alert["alert"] for alert in ALERTS), NO_ALERT] == list(_sections())


@each_alert
def test_a_heading_says_what_is_meant_at_stake_seen_and_done(alert: dict[str, Any]) -> None:
    section = _sections()[alert["alert"]]
    assert [word for word in ASKED if word not in section] == []


@each_alert
def test_an_alert_has_words_and_leads_to_its_heading(alert: dict[str, Any]) -> None:
    assert alert["annotations"].keys() == {"summary", "description", "runbook"}
    assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
    assert re.search("warning|critical", alert["labels"]["severity"])


@each_alert
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(
    alert: dict[str, Any],
) -> None:
    fires = {bool(case["exp_alerts"]) for case in _cases() if case["alertname"] == alert["alert"]}
    assert fires == {True, False}


def test_the_cases_test_no_alert_that_is_not_there() -> None:
    assert {case["alertname"] for case in _cases()} <= {alert["alert"] for alert in ALERTS}


def test_links_within_the_runbook_lead_to_a_heading() -> None:
    links = re.findall(r"\]\(#([a-z-]+)\)", RUNBOOK.read_text(encoding="utf-8"))
    assert links
    assert set(links) <= {heading.lower() for heading in _sections()}
