from __future__ import annotations

import json
from typing import Any

from provisioner.reports.analysis import analyse
from provisioner.reports.analysis.document import analysis_fields
from tests.unit.reports.analysis.conversation import PRICES, said
from tests.unit.reports.answers import UTC_ZONE


def _fields() -> Any:  # noqa: ANN401 - what JSON makes of it
    responses = (
        said(0, write=100_000),
        said(10, write=100_000, web_searches=10),
        said(11, read=20_000, source="subagent", agent_id="a1", agent_type="Explore"),
    )
    return json.loads(json.dumps(analysis_fields(analyse(responses, PRICES), UTC_ZONE)))


def test_json_says_which_schema_and_zone_it_has() -> None:
    fields = _fields()
    assert (fields["schema"], fields["timezone"]) == ("claude-otel/cost-analysis/1", "UTC")


def test_json_has_every_finding_in_dollars() -> None:
    fields = _fields()
    assert fields["totals"]["cost_usd"] == 1.26
    assert fields["billing_extras"]["cost_usd"] == 0.1
    assert fields["paid_again"] == [
        {
            "cause": "expired",
            "times": 1,
            "tokens": 100_000,
            "cost_usd": 0.625,
            "from_cache_usd": 0.05,
        }
    ]
    assert fields["cache_lifetimes"] == {
        "cost_usd": 1.26,
        "always_five_minutes_usd": 1.26,
        "always_one_hour_usd": 1.06,
    }
    assert fields["compactions"]["times"] == 0
    assert fields["models"][0]["everything_at_its_price_usd"] == 1.26
    assert [each["kind"] for each in fields["token_kinds"]][2] == "cache read"


def test_json_names_sessions_prompts_and_who_did_the_work() -> None:
    fields = _fields()
    (session,), (prompt,) = fields["sessions"], fields["prompts"]
    assert session["session"] == prompt["session"] == "3aa56b2a-971f-45ae-b4b1-47dd14a15677"
    assert session["first"] == "2026-11-22T10:20:30.500+00:00"
    assert session["requests"] == 3
    assert prompt["prompt_id"] == "prompt-1"
    assert [each["agent_type"] for each in fields["work"]] == ["", "Explore"]
