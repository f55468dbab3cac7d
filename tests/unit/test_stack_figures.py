"""Is what the stack tells of itself catalogued as it is recorded?"""

from __future__ import annotations

import re
from typing import Any

import yaml

from provisioner.stack_figures import RECORDED, TOLD
from provisioner.telemetry import AMOUNTS
from tests.conftest import ROOT

RULES = ROOT / "tests/golden/default-docker/rendered/prometheus/rules.yaml"


def _recorded() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"] if "record" in rule]


def test_every_recorded_figure_is_in_the_catalogue_in_the_order_of_the_rules() -> None:
    names = dict.fromkeys(rule["record"] for rule in _recorded())
    assert [figure.name for figure in RECORDED] == list(names)


def test_labels_of_a_figure_are_those_that_its_rule_groups_by_or_gives() -> None:
    for figure in RECORDED:
        rules = [rule for rule in _recorded() if rule["record"] == figure.name]
        for rule in rules:
            expr = re.sub(r"stack:queue_\w+(:\w+)?", "by (queue)", rule["expr"])
            kept = re.search(r"\bby \(([^)]*)\)", expr)
            labels = set(kept[1].split(", ")) if kept else set()
            assert labels | set(rule.get("labels", {})) == set(figure.labels), figure.name


def test_no_figure_can_be_taken_for_an_amount() -> None:
    names = {figure.name for figure in (*RECORDED, *TOLD)}
    assert len(names) == len((*RECORDED, *TOLD))
    assert [name for name in names if name.startswith("ledger")] == []
    assert names.isdisjoint(amount.name for amount in AMOUNTS)
