"""What do programs get of a session that goes on? One JSON object (`claude-otel/session/1`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from provisioner.live.limits import Limits, Window
from provisioner.live.model import Agent, Block, SessionUsage, View
from provisioner.reports.document import amounts_fields

SCHEMA = "claude-otel/session/1"

Json = dict[str, object]


def view_fields(view: View) -> Json:
    """All that is known, by names that stay."""
    usage = view.usage
    return {
        "schema": SCHEMA,
        "at": _time(usage.at_ms),
        "session": usage.session,
        "project": usage.project,
        "first_response": _time(usage.first_ms),
        "last_response": _time(usage.last_ms),
        **amounts_fields(usage.amounts),
        "context": _context(usage),
        "models": {name: amounts_fields(each) for name, each in usage.models.items()},
        "subagents": [_agent(each) for each in usage.agents],
        "prompts": usage.prompts,
        "tools": {name: each._asdict() for name, each in usage.tools.items()},
        "api_errors": usage.errors,
        "compactions": usage.compactions,
        "recent": {"minutes": usage.recent_minutes, **amounts_fields(usage.recent)},
        "block": view.block and _block(view.block),
        "limits": view.limits and _limits(view.limits),
        "unpriced_models": list(usage.unpriced_models),
    }


def _context(usage: SessionUsage) -> Json | None:
    context = usage.context
    if context is None:
        return None
    share = None if context.share is None else round(context.share * 100, 1)
    return {
        "tokens": context.tokens,
        "window": context.window,
        "percentage": share,
        "model": context.model,
    }


def _agent(agent: Agent) -> Json:
    return {
        "id": agent.id,
        "type": agent.kind,
        "description": agent.description,
        "is_running": agent.is_running,
        **amounts_fields(agent.amounts),
    }


def _block(block: Block) -> Json:
    return {
        "start": _time(block.start_ms),
        "end": _time(block.end_ms),
        **amounts_fields(block.amounts),
        "cost_usd_per_hour": block.cost_usd_per_hour,
        "tokens_per_minute": block.tokens_per_minute,
        "projected_cost_usd": block.projected_cost_usd,
    }


def _limits(limits: Limits) -> Json:
    return {
        "told_at": _time(limits.told_at * 1000),
        "five_hour": _window(limits.five_hour),
        "seven_day": _window(limits.seven_day),
    }


def _window(window: Window | None) -> Mapping[str, object] | None:
    if window is None:
        return None
    return {
        "used_percentage": window.used_percentage,
        "resets_at": _time(window.resets_at * 1000),
    }


def _time(at_ms: float) -> str | None:
    """As 2026-11-22T10:00:00.000Z; None where there is no such moment."""
    if not at_ms:
        return None
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
