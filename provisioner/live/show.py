"""How does a session look in a terminal? A table of what it used, and a few lines about it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from provisioner.live.context import Context
from provisioner.live.limits import Limits
from provisioner.live.model import Agent, Block, SessionUsage, View
from provisioner.reports.amounts import Amounts
from provisioner.reports.table import short_model
from provisioner.reports.wording import cost, count, dollars, few, of_usd, short_count, span

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
ROOMY = 100
"""From so many columns on, counts are written out."""

MOST_TOOLS = 6
MOST_AGENTS = 12
SHORTEST_NAME = 8
BESIDE_NAMES = {True: 80, False: 52}
"""What the columns of numbers take, written out or not: models and subagents have the rest."""


def show(view: View, width: int) -> RenderableType:
    """All that is known of a session, for so many columns."""
    usage = view.usage
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    for name, text in _facts(view):
        facts.add_row(name, text)
    return Group(_heading(usage), _amounts(usage, width), facts)


def _heading(usage: SessionUsage) -> Text:
    heading = Text(f"session {usage.session}", style="bold")
    project = PurePath(usage.project).name
    told = "".join(f", {each}" for each in (project, _quiet(usage)) if each)
    return heading.append(told, style="dim")


def _quiet(usage: SessionUsage) -> str:
    if not usage.last_ms:
        return "no answer yet"
    elapsed = usage.at_ms - usage.last_ms
    if elapsed >= DAY_MS:
        return f"last answer {_clock(usage.last_ms, '%Y-%m-%d %H:%M')}"
    minutes = elapsed // MINUTE_MS
    return f"last answer {span(minutes)} ago" if minutes > 0 else "last answer just now"


def _amounts(usage: SessionUsage, width: int) -> Table:
    is_roomy = width >= ROOMY
    cells_of = _all_cells if is_roomy else _few_cells
    table = Table(box=box.SIMPLE, pad_edge=False, show_footer=True)
    table.add_column(
        "model",
        "total",
        max_width=max(SHORTEST_NAME, width - BESIDE_NAMES[is_roomy]),
        no_wrap=True,
        overflow="ellipsis",
        footer_style="bold",
    )
    for name, footer in cells_of(usage.amounts).items():
        table.add_column(name, footer, justify="right", no_wrap=True, footer_style="bold")
    for model, amounts in usage.models.items():
        table.add_row(short_model(model), *cells_of(amounts).values())
    for label, amounts in _subagents(usage):
        table.add_row(label, *cells_of(amounts).values(), style="dim")
    return table


def _subagents(usage: SessionUsage) -> Iterator[tuple[str, Amounts]]:
    """The dearest of them; they are contained in the models' lines."""
    by_cost = sorted(usage.agents, key=lambda each: -each.amounts.cost)
    for each in by_cost[:MOST_AGENTS]:
        yield f"  {_named(each)}", each.amounts


def _named(agent: Agent) -> str:
    kind = f"{agent.kind or 'subagent'}{' (running)' if agent.is_running else ''}"
    return ": ".join(filter(None, (kind, agent.description)))


def _all_cells(amounts: Amounts) -> Mapping[str, str]:
    return {
        "requests": count(amounts.requests),
        "input": count(amounts.input_tokens),
        "output": count(amounts.output_tokens),
        "cache read": count(amounts.cache_read_tokens),
        "cache write": count(amounts.cache_write_tokens),
        "cost": cost(amounts, "tokens"),
    }


def _few_cells(amounts: Amounts) -> Mapping[str, str]:
    return {
        "requests": count(amounts.requests),
        "input": short_count(amounts.input_tokens),
        "output": short_count(amounts.output_tokens),
        "cache": short_count(amounts.cache_read_tokens + amounts.cache_write_tokens),
        "cost": cost(amounts, "tokens"),
    }


def _facts(view: View) -> Iterator[tuple[str, str]]:
    usage = view.usage
    if usage.context:
        yield "context", context_line(usage.context)
    yield f"last {usage.recent_minutes} min", _recent_line(usage)
    if view.block:
        yield "block", block_line(view.block, usage.at_ms)
    if view.limits and (told := limits_line(view.limits)):
        yield "limits", told
    yield "tools", _tools_line(usage)
    yield "prompts", _prompts_line(usage)
    if usage.unpriced_models:
        yield "no price", f"{', '.join(usage.unpriced_models)}: left out of the cost"


def context_line(context: Context) -> str:
    """5,648 of 1,000,000 tokens (0.6 %)."""
    if context.window is None or context.share is None:
        return f"{count(context.tokens)} tokens"
    share = f"{context.share * 100:.1f} %"
    return f"{count(context.tokens)} of {count(context.window)} tokens ({share})"


def _recent_line(usage: SessionUsage) -> str:
    recent = usage.recent
    if not recent.requests:
        return "nothing"
    per_hour = dollars(recent.cost * 60 // usage.recent_minutes)
    per_minute = count(recent.total_tokens / usage.recent_minutes)
    return f"{cost(recent, 'tokens')} ({per_hour} an hour), {per_minute} tokens a minute"


def block_line(block: Block, now_ms: int) -> str:
    """20:00 to 01:00, $3.20, 2 h 05 min left; $1.10 an hour, about $5.50 at its end."""
    left = span((block.end_ms - now_ms) // MINUTE_MS)
    amount = cost(block.amounts, "tokens")
    told = f"{_clock(block.start_ms)} to {_clock(block.end_ms)}, {amount}, {left} left"
    if block.cost_usd_per_hour is None or block.projected_cost_usd is None:
        return told
    pace, end = of_usd(block.cost_usd_per_hour), of_usd(block.projected_cost_usd)
    return f"{told}; {pace} an hour, about {end} at its end"


def limits_line(limits: Limits) -> str:
    """5 hours 23 % (until 18:00), 7 days 41 % (until Mon 09:00)."""
    windows = (("5 hours", limits.five_hour, "%H:%M"), ("7 days", limits.seven_day, "%a %H:%M"))
    return ", ".join(
        f"{name} {each.used_percentage:.0f} % (until {_clock(each.resets_at * 1000, form)})"
        for name, each, form in windows
        if each
    )


def _tools_line(usage: SessionUsage) -> str:
    told = [
        f"{name} {count(each.calls)}{_beside(failed=each.failed, running=each.running)}"
        for name, each in list(usage.tools.items())[:MOST_TOOLS]
    ]
    more = len(usage.tools) - MOST_TOOLS
    return ", ".join([*told, *([f"{more} more"] if more > 0 else [])]) or "none"


def _beside(**counts: int) -> str:
    told = ", ".join(f"{count(number)} {name}" for name, number in counts.items() if number)
    return f" ({told})" if told else ""


def _prompts_line(usage: SessionUsage) -> str:
    told = [count(usage.prompts)]
    told += [few("API error", usage.errors)] if usage.errors else []
    told += [few("compaction", usage.compactions)] if usage.compactions else []
    return ", ".join(told)


def _clock(at_ms: float, form: str = "%H:%M") -> str:
    return time.strftime(form, time.localtime(at_ms / 1000))
