"""What is known of a session while it goes on? As the Python API hands it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisioner.live.activity import ToolUse
from provisioner.live.context import Context
from provisioner.live.limits import Limits
from provisioner.reports.amounts import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A subagent: what it is, what for, and what it used.

    It is taken to run until the client notes its end, or has written nothing for half an hour.
    """

    id: str
    kind: str
    description: str
    is_running: bool
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUsage:
    """What a session used until a moment, its subagents included.

    `recent` is what it used in the last `recent_minutes` before that moment. Times are milliseconds
    since 1970; `last_ms` is that of its last answer, 0 where there is none yet.
    """

    session: str
    project: str
    at_ms: int
    first_ms: int
    last_ms: int
    amounts: Amounts
    models: Mapping[str, Amounts]
    agents: Sequence[Agent]
    context: Context | None
    tools: Mapping[str, ToolUse]
    prompts: int
    errors: int
    compactions: int
    recent: Amounts
    recent_minutes: int
    unpriced_models: Sequence[str]

    @property
    def cost_usd(self) -> float | None:
        """Tokens times list prices; None where no model has a price."""
        return self.amounts.dollars("tokens")

    @property
    def total_tokens(self) -> int:
        return self.amounts.total_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The account's five-hour block that goes on: all sessions', and how fast it is used."""

    start_ms: int
    end_ms: int
    amounts: Amounts
    cost_usd_per_hour: float | None
    tokens_per_minute: float | None
    projected_cost_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A session, and what of its surroundings concerns it."""

    usage: SessionUsage
    block: Block | None
    limits: Limits | None
