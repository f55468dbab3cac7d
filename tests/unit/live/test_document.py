"""Do programs get all that is known, by names that stay?"""

from __future__ import annotations

import json
from dataclasses import replace

from provisioner.live.document import view_fields
from provisioner.live.limits import Limits
from provisioner.live.model import View
from provisioner.reports.document import amounts_fields
from tests.unit.live.views import BLOCK, BOTH, EMPTY, HELP, MAIN, USAGE, VIEW

FIELDS = view_fields(VIEW)


def test_it_is_json_of_a_named_schema() -> None:
    assert json.loads(json.dumps(FIELDS)) == FIELDS
    assert FIELDS["schema"] == "claude-otel/session/1"


def test_amounts_have_the_names_of_reports() -> None:
    for name, value in amounts_fields(BOTH).items():
        assert FIELDS[name] == value
    assert FIELDS["models"] == {
        "claude-opus-5-5": amounts_fields(MAIN),
        "claude-haiku-5-5": amounts_fields(HELP),
    }
    assert FIELDS["recent"] == {"minutes": 10, **amounts_fields(HELP)}


def test_moments_are_utc_to_the_millisecond() -> None:
    assert FIELDS["at"] == "2026-11-22T12:30:00.000Z"
    assert FIELDS["last_response"] == "2026-11-22T12:27:30.000Z"


def test_context_tools_and_subagents_are_told() -> None:
    assert FIELDS["context"] == {
        "tokens": 154_000,
        "window": 200_000,
        "percentage": 77.0,
        "model": "claude-opus-4-6",
    }
    assert FIELDS["tools"] == {
        "Bash": {"calls": 7, "failed": 2, "running": 1},
        "Read": {"calls": 4, "failed": 0, "running": 0},
    }
    assert FIELDS["subagents"] == [
        {
            "id": "a1",
            "type": "Explore",
            "description": "find where tables are drawn",
            "is_running": True,
            **amounts_fields(HELP),
        }
    ]


def test_block_and_limits_are_told() -> None:
    assert FIELDS["block"] == {
        "start": "2026-11-22T10:00:00.000Z",
        "end": "2026-11-22T15:00:00.000Z",
        **amounts_fields(BOTH),
        "cost_usd_per_hour": 0.5,
        "tokens_per_minute": 1000.0,
        "projected_cost_usd": 2.5,
    }
    assert FIELDS["limits"] == {
        "told_at": "2026-11-22T12:29:00.000Z",
        "five_hour": {"used_percentage": 23.5, "resets_at": "2026-11-22T15:00:00.000Z"},
        "seven_day": {"used_percentage": 41.2, "resets_at": "2026-11-27T09:00:00.000Z"},
    }


def test_what_is_not_known_is_null() -> None:
    fields = view_fields(View(usage=EMPTY, block=None, limits=None))
    names = ("first_response", "last_response", "context", "block", "limits")
    assert [fields[name] for name in names] == [None] * len(names)


def test_a_limit_that_is_not_known_is_null() -> None:
    limits = Limits(told_at=1.0, five_hour=None, seven_day=None)
    told = view_fields(View(usage=USAGE, block=BLOCK, limits=limits))["limits"]
    assert told == {"told_at": "1970-01-01T00:00:01.000Z", "five_hour": None, "seven_day": None}


def test_a_window_that_nobody_knows_has_no_percentage() -> None:
    assert USAGE.context is not None
    usage = replace(USAGE, context=USAGE.context._replace(window=None))
    context = view_fields(View(usage=usage, block=None, limits=None))["context"]
    assert isinstance(context, dict)
    assert (context["window"], context["percentage"]) == (None, None)
