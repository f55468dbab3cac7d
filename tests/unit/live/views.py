"""A view of a session as it might be, for tests of how it is shown."""

from __future__ import annotations

from provisioner.live.activity import ToolUse
from provisioner.live.context import context_of
from provisioner.live.limits import Limits, Window
from provisioner.live.model import Agent, Block, SessionUsage, View
from provisioner.reports.amounts import NOTHING, Amounts
from provisioner.transcripts.model import PICODOLLARS
from tests.unit.reports.answers import ms

NOW_MS = ms("2026-11-22T12:30")
CENT = PICODOLLARS // 100

MAIN = Amounts(12, 1_234, 5_678, 2_345_678, 40_000, 2_000, 0, 123 * CENT, 125 * CENT, 0)
HELP = Amounts(3, 300, 400, 50_000, 600, 0, 0, 2 * CENT, 2 * CENT, 0)
BOTH = Amounts(*(sum(pair) for pair in zip(MAIN, HELP, strict=True)))

AGENT = Agent(
    id="a1",
    kind="Explore",
    description="find where tables are drawn",
    is_running=True,
    amounts=HELP,
)

USAGE = SessionUsage(
    session="5e551011-0000-4000-8000-000000000001",
    project="/kim/widgets",
    at_ms=NOW_MS,
    first_ms=ms("2026-11-22T11:00"),
    last_ms=ms("2026-11-22T12:27:30"),
    amounts=BOTH,
    models={"claude-opus-5-5": MAIN, "claude-haiku-5-5": HELP},
    agents=[AGENT],
    context=context_of("claude-opus-4-6", 154_000),
    tools={"Bash": ToolUse(7, 2, 1), "Read": ToolUse(4, 0, 0)},
    prompts=3,
    errors=1,
    compactions=2,
    recent=HELP,
    recent_minutes=10,
    unpriced_models=[],
)

BLOCK = Block(
    start_ms=ms("2026-11-22T10:00"),
    end_ms=ms("2026-11-22T15:00"),
    amounts=BOTH,
    cost_usd_per_hour=0.5,
    tokens_per_minute=1000.0,
    projected_cost_usd=2.5,
)

LIMITS = Limits(
    told_at=NOW_MS / 1000 - 60,
    five_hour=Window(23.5, ms("2026-11-22T15:00") / 1000),
    seven_day=Window(41.2, ms("2026-11-27T09:00") / 1000),
)

VIEW = View(usage=USAGE, block=BLOCK, limits=LIMITS)

EMPTY = SessionUsage(
    session="5e551011",
    project="",
    at_ms=NOW_MS,
    first_ms=0,
    last_ms=0,
    amounts=NOTHING,
    models={},
    agents=[],
    context=None,
    tools={},
    prompts=0,
    errors=0,
    compactions=0,
    recent=NOTHING,
    recent_minutes=10,
    unpriced_models=[],
)
