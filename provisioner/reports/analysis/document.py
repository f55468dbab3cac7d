"""What do programs get of an analysis? The same findings as JSON."""

from __future__ import annotations

from provisioner.reports.analysis.analyse import Analysis
from provisioner.reports.analysis.cache import PaidAgain
from provisioner.reports.analysis.spending import Spender
from provisioner.reports.document import Json, amounts_fields
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import PICODOLLARS

SCHEMA = "claude-otel/cost-analysis/1"


def analysis_fields(analysis: Analysis, zone: Zone) -> Json:
    """Everything that was found, in words of JSON; costs are dollars at list prices."""
    extras, falls, lifetimes = analysis.extras, analysis.compactions, analysis.lifetimes
    return {
        "schema": SCHEMA,
        "timezone": zone.name,
        "totals": amounts_fields(analysis.total),
        "token_kinds": [
            {"kind": kind.name, "tokens": kind.tokens, "cost_usd": _usd(kind.cost)}
            for kind in analysis.kinds
        ],
        "billing_extras": {
            "fast_requests": extras.fast,
            "us_requests": extras.in_us,
            "web_searches": extras.web_searches,
            "cost_usd": _usd(extras.cost),
        },
        "paid_again": [_paid_again(each) for each in analysis.paid_again],
        "compactions": {
            "times": falls.times,
            "tokens_before": falls.tokens_before,
            "tokens_after": falls.tokens_after,
            "cost_usd": _usd(falls.cost),
        },
        "cache_lifetimes": {
            "cost_usd": _usd(lifetimes.cost),
            "always_five_minutes_usd": _usd(lifetimes.five_minutes),
            "always_one_hour_usd": _usd(lifetimes.one_hour),
        },
        **_spending(analysis, zone),
    }


def _spending(analysis: Analysis, zone: Zone) -> Json:
    return {
        "models": [
            {
                "model": use.model,
                **amounts_fields(use.amounts),
                "everything_at_its_price_usd": _usd(use.everything_at_its_price),
            }
            for use in analysis.models
        ],
        "sessions": [_spender(each, zone) for each in analysis.sessions],
        "prompts": [
            {"prompt_id": each.prompt_id, **_spender(each, zone)} for each in analysis.prompts
        ],
        "work": [
            {
                "source": each.source,
                "agent_type": each.agent_type,
                **amounts_fields(each.amounts),
            }
            for each in analysis.work
        ],
    }


def _paid_again(found: PaidAgain) -> Json:
    return {
        "cause": found.cause,
        "times": found.times,
        "tokens": found.tokens,
        "cost_usd": _usd(found.cost),
        "from_cache_usd": _usd(found.as_read),
    }


def _spender(found: Spender, zone: Zone) -> Json:
    return {
        "session": found.session,
        "project": found.project,
        "first": zone.shown(found.first_ms),
        "last": zone.shown(found.last_ms),
        **amounts_fields(found.amounts),
    }


def _usd(picodollars: int | None) -> float | None:
    return None if picodollars is None else picodollars / PICODOLLARS
