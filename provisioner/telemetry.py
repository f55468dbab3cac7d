"""Which series, labels, events and counters does the stack know?

The one catalogue: the collector's configuration is rendered from it, dashboards and docs are
checked against it. Amounts are sums of what was spent since the previous sample, so a total is
`sum_over_time`; see docs/design.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from provisioner import parts
from provisioner.event_attributes import EVENTS
from provisioner.parts import CounterPart, EventPart, Part

EVENT_SCOPE = "com.anthropic.claude_code.events"
METRIC_SCOPE = "com.anthropic.claude_code"
PROBE_SCOPE = "claude-otel.probe"
PROBE_EVENT = "probe"
PLAN_LIMIT_SCOPE = "claude-otel.plan_limits"

OWN = parts.OWN
"""Prefix of the attributes that the collector itself writes on a record, to be summed: labels and
numbers, checked. What a sender puts under it is dropped, and so are they before the event is kept.
"""

GATE = parts.GATE

IDENTITY_LABELS = ("user", "team", "project", "origin")
SESSION_LABELS = ("session", "user", "project")

API_SECONDS_BOUNDS = ("1", "2", "3", "5", "7.5", "10", "15", "20", "30", "45", "60", "120", "300")
TOOL_SECONDS_BOUNDS = (
    "0.05",
    "0.1",
    "0.25",
    "0.5",
    "1",
    "2.5",
    "5",
    "10",
    "30",
    "60",
    "120",
    "300",
)

Signal = Literal["event", "counter", "probe"]
Unit = Literal["usd", "tokens", "requests", "seconds", "calls", "count", "lines", "bytes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A `ledger_*` series: where its amounts come from, and all its labels.

    Without `sources` they come from every event.
    """

    name: str
    signal: Signal
    sources: tuple[str, ...]
    parts: tuple[Part, ...]
    labels: tuple[str, ...]
    unit: Unit
    why: str
    suffix_label: str = ""

    @property
    def otel_name(self) -> str:
        """The name before Prometheus translates dots: `ledger.cost_usd`."""
        return self.name.replace("ledger_", "ledger.", 1)

    @property
    def all_labels(self) -> frozenset[str]:
        """Every label a sample of this series may carry."""
        return frozenset(self.labels) | ({self.suffix_label} if self.suffix_label else frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A counter of the client's own, as it appears on the scrape endpoint."""

    otel_name: str
    prometheus_name: str
    labels: tuple[str, ...]
    why: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimit:
    """What the status line hands over of a plan's limits, as it appears on the scrape endpoint."""

    name: str
    labels: tuple[str, ...]
    why: str

    @property
    def otel_name(self) -> str:
        """The name before Prometheus translates dots: `claude_otel.plan_limit.used_ratio`."""
        return self.name.replace("claude_otel_plan_limit_", "claude_otel.plan_limit.", 1)


def _each(*events: str) -> tuple[Part, ...]:
    return (EventPart(events=events),)


def _sum(attribute: str, event: str, divisor: float = 1.0) -> tuple[Part, ...]:
    return (EventPart(events=(event,), adds=(attribute,), present=attribute, divisor=divisor),)


def _seconds(event: str) -> tuple[Part, ...]:
    return _sum("duration_ms", event, divisor=1000.0)


def _buckets(event: str, bounds: tuple[str, ...]) -> tuple[Part, ...]:
    """Each bucket has an amount of every event, be it 0.

    A percentile lies between two buckets, so the emptier one must be there; and Grafana's heat map
    subtracts the values of one bucket from the next by their place, not by their time.
    """
    limits: dict[str, float | None] = {bound: float(bound) * 1000 for bound in bounds}
    return tuple(
        EventPart(events=(event,), present="duration_ms", at_most=limit, suffix=bound)
        for bound, limit in (limits | {"+Inf": None}).items()
    )


def _counter(name: str, unless: tuple[str, str] | None = None) -> tuple[Part, ...]:
    return (CounterPart(counter=name, unless=unless),)


TOKEN_TYPES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cacheRead": "cache_read_tokens",
    "cacheCreation": "cache_creation_tokens",
}
_TOKEN_PARTS = tuple(
    EventPart(events=("api_request",), adds=(attribute,), suffix=kind)
    for kind, attribute in TOKEN_TYPES.items()
)
_ANY_REQUEST = ("api_request", "api_error", "api_refusal")

_EVENT_AMOUNTS = (
    Amount(
        name="ledger_cost_usd",
        signal="event",
        sources=("api_request",),
        parts=_sum("cost_usd", "api_request"),
        labels=(*IDENTITY_LABELS, "model", "source", "effort", "speed", "entrypoint"),
        unit="usd",
        why="What the client says each request cost, at list prices, in US dollars.",
    ),
    Amount(
        name="ledger_tokens",
        signal="event",
        sources=("api_request",),
        parts=_TOKEN_PARTS,
        labels=(*IDENTITY_LABELS, "model", "source"),
        suffix_label="type",
        unit="tokens",
        why="Tokens of each request; input excludes what came from or went to the cache.",
    ),
    Amount(
        name="ledger_api_requests",
        signal="event",
        sources=_ANY_REQUEST,
        parts=_each(*_ANY_REQUEST),
        labels=(*IDENTITY_LABELS, "model", "source", "outcome", "status_code"),
        unit="requests",
        why="Model requests: ok (answered), error (after all retries), refused (also among ok).",
    ),
    Amount(
        name="ledger_api_seconds",
        signal="event",
        sources=("api_request",),
        parts=_seconds("api_request"),
        labels=(*IDENTITY_LABELS, "model"),
        unit="seconds",
        why="How long successful model requests took, failed attempts before them left out.",
    ),
    Amount(
        name="ledger_api_seconds_bucket",
        signal="event",
        sources=("api_request",),
        parts=_buckets("api_request", API_SECONDS_BOUNDS),
        labels=(*IDENTITY_LABELS, "model"),
        suffix_label="le",
        unit="requests",
        why="Successful model requests that took at most `le` seconds, for percentiles.",
    ),
    Amount(
        name="ledger_tool_calls",
        signal="event",
        sources=("tool_result",),
        parts=_each("tool_result"),
        labels=(*IDENTITY_LABELS, "tool_name", "success"),
        unit="calls",
        why="Tool calls that ran; calls that were rejected never ran.",
    ),
    Amount(
        name="ledger_tool_seconds",
        signal="event",
        sources=("tool_result",),
        parts=_seconds("tool_result"),
        labels=(*IDENTITY_LABELS, "tool_name"),
        unit="seconds",
        why="How long tool calls took, without the wait for a permission.",
    ),
    Amount(
        name="ledger_tool_seconds_bucket",
        signal="event",
        sources=("tool_result",),
        parts=_buckets("tool_result", TOOL_SECONDS_BOUNDS),
        labels=("user", "team", "origin", "tool_name"),
        suffix_label="le",
        unit="calls",
        why="Tool calls that took at most `le` seconds, for percentiles.",
    ),
    Amount(
        name="ledger_tool_decisions",
        signal="event",
        sources=("tool_decision",),
        parts=_each("tool_decision"),
        labels=(*IDENTITY_LABELS, "tool_name", "decision", "decision_source"),
        unit="count",
        why="Permission decisions on tool calls: accepted or rejected, and by whom.",
    ),
    Amount(
        name="ledger_prompts",
        signal="event",
        sources=("user_prompt",),
        parts=_each("user_prompt"),
        labels=IDENTITY_LABELS,
        unit="count",
        why="Prompts submitted, including turns that Claude Code starts itself.",
    ),
    Amount(
        name="ledger_compactions",
        signal="event",
        sources=("compaction",),
        parts=_each("compaction"),
        labels=(*IDENTITY_LABELS, "trigger"),
        unit="count",
        why="Compactions of a conversation's context, automatic or asked for.",
    ),
    Amount(
        name="ledger_tool_bytes",
        signal="event",
        sources=("tool_result",),
        parts=tuple(
            EventPart(
                events=("tool_result",),
                adds=(f"tool_{kind}_size_bytes",),
                present=f"tool_{kind}_size_bytes",
                suffix=kind,
            )
            for kind in ("input", "result")
        ),
        labels=(*IDENTITY_LABELS, "tool_name"),
        suffix_label="type",
        unit="bytes",
        why="What tool calls were given and what they gave back to the model.",
    ),
    Amount(
        name="ledger_skills",
        signal="event",
        sources=("skill_activated",),
        parts=_each("skill_activated"),
        labels=(*IDENTITY_LABELS, "skill_name", "trigger"),
        unit="count",
        why="Skills activated, by a person, by Claude or by another skill.",
    ),
    Amount(
        name="ledger_subagents",
        signal="event",
        sources=("subagent_completed",),
        parts=_each("subagent_completed"),
        labels=(*IDENTITY_LABELS, "agent_type"),
        unit="count",
        why="Subagents that returned.",
    ),
    Amount(
        name="ledger_subagent_seconds",
        signal="event",
        sources=("subagent_completed",),
        parts=_seconds("subagent_completed"),
        labels=(*IDENTITY_LABELS, "agent_type"),
        unit="seconds",
        why="How long subagents took.",
    ),
    Amount(
        name="ledger_mcp_connections",
        signal="event",
        sources=("mcp_server_connection",),
        parts=_each("mcp_server_connection"),
        labels=(*IDENTITY_LABELS, "server_name", "transport_type", "status"),
        unit="count",
        why="MCP servers that connected, failed or disconnected.",
    ),
    Amount(
        name="ledger_events",
        signal="event",
        sources=(),
        parts=(EventPart(events=(), unless=PROBE_EVENT),),
        labels=(*IDENTITY_LABELS, "event_name"),
        unit="count",
        why="Events of every name, those that this version does not know among them.",
    ),
)

_COUNTER_AMOUNTS = (
    Amount(
        name="ledger_sessions",
        signal="counter",
        sources=("claude_code.session.count",),
        parts=_counter("claude_code.session.count", unless=("start_type", "agents_view")),
        labels=(*IDENTITY_LABELS, "start_type", "terminal", "entrypoint"),
        unit="count",
        why="Sessions started; the `claude agents` view is not a conversation and left out.",
    ),
    Amount(
        name="ledger_lines",
        signal="counter",
        sources=("claude_code.lines_of_code.count",),
        parts=_counter("claude_code.lines_of_code.count"),
        labels=(*IDENTITY_LABELS, "type"),
        unit="lines",
        why="Lines of code added or removed by edits.",
    ),
    Amount(
        name="ledger_commits",
        signal="counter",
        sources=("claude_code.commit.count",),
        parts=_counter("claude_code.commit.count"),
        labels=IDENTITY_LABELS,
        unit="count",
        why="Git commits created through Claude Code.",
    ),
    Amount(
        name="ledger_pull_requests",
        signal="counter",
        sources=("claude_code.pull_request.count",),
        parts=_counter("claude_code.pull_request.count"),
        labels=IDENTITY_LABELS,
        unit="count",
        why="Pull or merge requests created through Claude Code.",
    ),
    Amount(
        name="ledger_active_seconds",
        signal="counter",
        sources=("claude_code.active_time.total",),
        parts=_counter("claude_code.active_time.total"),
        labels=(*IDENTITY_LABELS, "type"),
        unit="seconds",
        why="Active time: `user` at the keyboard, `cli` tools and model.",
    ),
    Amount(
        name="ledger_edit_decisions",
        signal="counter",
        sources=("claude_code.code_edit_tool.decision",),
        parts=_counter("claude_code.code_edit_tool.decision"),
        labels=(*IDENTITY_LABELS, "tool_name", "decision", "decision_source", "language"),
        unit="count",
        why="Edits accepted or rejected, by language of the file.",
    ),
)

SESSION_AMOUNTS = (
    Amount(
        name="ledger_session_cost_usd",
        signal="event",
        sources=("api_request",),
        parts=_sum("cost_usd", "api_request"),
        labels=SESSION_LABELS,
        unit="usd",
        why="Cost by session.",
    ),
    Amount(
        name="ledger_session_tokens",
        signal="event",
        sources=("api_request",),
        parts=(EventPart(events=("api_request",), adds=tuple(TOKEN_TYPES.values())),),
        labels=SESSION_LABELS,
        unit="tokens",
        why="Tokens of all types by session.",
    ),
    Amount(
        name="ledger_session_requests",
        signal="event",
        sources=("api_request",),
        parts=_each("api_request"),
        labels=SESSION_LABELS,
        unit="requests",
        why="Successful model requests by session.",
    ),
    Amount(
        name="ledger_session_tool_calls",
        signal="event",
        sources=("tool_result",),
        parts=_each("tool_result"),
        labels=SESSION_LABELS,
        unit="calls",
        why="Tool calls by session.",
    ),
)

PROBE = Amount(
    name="ledger_probe",
    signal="probe",
    sources=(PROBE_EVENT,),
    parts=_sum("probe.amount", PROBE_EVENT),
    labels=("protocol",),
    unit="count",
    why="Amounts that `claude-otel verify` sends to prove the way through the stack.",
)

AMOUNTS: tuple[Amount, ...] = (*_EVENT_AMOUNTS, *_COUNTER_AMOUNTS, *SESSION_AMOUNTS, PROBE)

_POINT_LABELS = (
    "session_id",
    "user_id",
    "user_email",
    "user_account_id",
    "user_account_uuid",
    "organization_id",
    "terminal_type",
    "app_entrypoint",
    "app_version",
    "anthropic_provider",
    "anthropic_custom_base_url",
    "vcs_owner_name",
    "vcs_provider_name",
    "vcs_repository_name",
    "vcs_repository_url_full",
    *IDENTITY_LABELS,
)
"""On every point of the client's; what people put into OTEL_RESOURCE_ATTRIBUTES comes on top."""

_COST_LABELS = ("model", "query_source", "effort", "speed", "agent_name", "skill_name")

COUNTERS = (
    Counter(
        otel_name="claude_code.session.count",
        prometheus_name="claude_code_session_count_total",
        labels=(*_POINT_LABELS, "start_type"),
        why="Sessions started, the client's own counter.",
    ),
    Counter(
        otel_name="claude_code.lines_of_code.count",
        prometheus_name="claude_code_lines_of_code_count_total",
        labels=(*_POINT_LABELS, "type", "model"),
        why="Lines of code added or removed, the client's own counter.",
    ),
    Counter(
        otel_name="claude_code.pull_request.count",
        prometheus_name="claude_code_pull_request_count_total",
        labels=_POINT_LABELS,
        why="Pull requests created, the client's own counter.",
    ),
    Counter(
        otel_name="claude_code.commit.count",
        prometheus_name="claude_code_commit_count_total",
        labels=_POINT_LABELS,
        why="Commits created, the client's own counter.",
    ),
    Counter(
        otel_name="claude_code.cost.usage",
        prometheus_name="claude_code_cost_usage_USD_total",
        labels=(*_POINT_LABELS, *_COST_LABELS),
        why="Estimated cost, the client's own counter.",
        unit="USD",
    ),
    Counter(
        otel_name="claude_code.token.usage",
        prometheus_name="claude_code_token_usage_tokens_total",
        labels=(*_POINT_LABELS, *_COST_LABELS, "type"),
        why="Tokens used, the client's own counter.",
        unit="tokens",
    ),
    Counter(
        otel_name="claude_code.code_edit_tool.decision",
        prometheus_name="claude_code_code_edit_tool_decision_total",
        labels=(*_POINT_LABELS, "tool_name", "decision", "source", "language"),
        why="Edits accepted or rejected, the client's own counter.",
    ),
    Counter(
        otel_name="claude_code.active_time.total",
        prometheus_name="claude_code_active_time_seconds_total",
        labels=(*_POINT_LABELS, "type"),
        why="Active time, the client's own counter.",
        unit="s",
    ),
)

PLAN_WINDOWS = ("five_hour", "seven_day")
"""The limits of a plan that the client speaks of; no other value of `window` is let in."""

_PLAN_LABELS = ("window", "user")

PLAN_USED = PlanLimit(
    name="claude_otel_plan_limit_used_ratio",
    labels=_PLAN_LABELS,
    why="Which part of the limit is used: 1 is all of it.",
)
PLAN_RESETS = PlanLimit(
    name="claude_otel_plan_limit_resets_at_seconds",
    labels=_PLAN_LABELS,
    why="When the limit starts anew, in seconds since 1970; what was used means nothing by then.",
)
PLAN_LIMITS = (PLAN_USED, PLAN_RESETS)

CONTENT_ATTRIBUTES = (
    "body",
    "managed_settings.settings",
    "prompt",
    "prompt_text",
    "response",
    "system_prompt",
    "tool_input",
    "tool_parameters",
)
"""Attributes that hold what people and the model wrote; deleted unless a setting keeps them."""

IDENTITY_ATTRIBUTES = (
    "user.email",
    "user.account_uuid",
    "user.account_id",
    "user.id",
    "user.groups",
    "organization.id",
)
"""Attributes that name a person; deleted when identity is hashed or switched off."""


OPTIONAL_LABELS = ("status_code",)
"""Labels that a sample has only where the record has the attribute; all others say `unknown`."""

COMPUTED_LABELS = ("origin", "outcome", "source")
"""Labels that the collector makes; all others are a sender's attributes, checked."""

LABEL_ATTRIBUTES = {
    "decision_source": ("source",),
    "entrypoint": ("app.entrypoint",),
    "event_name": ("event.name",),
    "session": ("session.id",),
    "skill_name": ("skill.name",),
    "terminal": ("terminal.type",),
    "trigger": ("trigger", "invocation_trigger"),
}
"""The attributes of those labels that are named otherwise; the first that is there counts."""

EVENT_NAME_PATTERN = f"^({'|'.join((*EVENTS, PROBE_EVENT))})$"
"""The names of events: each is a stream of Loki's, and a sender's own must not be. An event of
another name is `other`, and keeps its own."""

SERVICES = ("claude-code", "claude-code-desktop", "claude-otel")
"""Who sends: these too are streams. Who is called like the first is taken for it, others are
`other`."""

SERVICE_PATTERN = f"^({'|'.join(SERVICES)})$"

RESOURCE_BYTES = 4096
SCOPE_BYTES = 1024
"""So long may the attributes of a resource be, and those of a scope, written as JSON: both stores
repeat them on each record. Measured: one resource of a megabyte with 2000 records behind it made
an entry that was larger than Loki's whole queue, and stopped it for ever."""

REFUSED_NAME_PATTERN = "^(|[^A-Za-z0-9](|[^A-Za-z0-9](?s:.*))|event_name|service_name)$"
"""Names of attributes that are not kept. Of some, Loki leaves nothing, and refuses all that came
with them; those with two underscores in front are its own: of one record with `__error__`, every
query that meets it fails. The others are the names of its labels. This is asked of every
name, and written so that Go's `regexp` needs one pass, most often of one character."""

RECORD_ATTRIBUTES = 256
POINT_ATTRIBUTES = 64
"""So many attributes may a record have, and a data point on the scrape endpoint."""

LABEL_PATTERN = r"^[\p{L}\p{N}._][\p{L}\p{N} ._@:/+()\[\]'#&!~-]*$"
"""What a label's value looks like, in Go's regular expressions: anything else becomes `other`."""

LABEL_BYTES = 200
"""A longer value becomes `other`, too. (Patterns that count took 70 MB of the collector.)"""

MAIN_SOURCES = "^(main|sdk|repl_main_thread.*)$"
SUBAGENT_SOURCES = "^(subagent$|agent:)"
"""Values of `query_source` that mean the main thread, or a subagent; all others are auxiliary."""

LABEL_NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
"""Attributes of other names leave the client's own counters."""

NATIVE_STREAMS = 30_000
"""So many series of the client's own counters are kept on the scrape endpoint; no new ones then."""

NATIVE_MOST = 1_000_000_000_000_000.0
"""The most that one data point of theirs may say."""

COUNTER_MOST = 1_000_000_000.0
"""The most that one data point of a counter may add."""

NUMBERS = {
    "cost_usd": 10_000.0,
    "duration_ms": 86_400_000.0,
    "input_tokens": 1_000_000_000.0,
    "output_tokens": 1_000_000_000.0,
    "cache_read_tokens": 1_000_000_000.0,
    "cache_creation_tokens": 1_000_000_000.0,
    "tool_input_size_bytes": 1_000_000_000.0,
    "tool_result_size_bytes": 1_000_000_000.0,
    "probe.amount": 4_294_967_296.0,
}
"""Numeric attributes, which some clients send as strings, and the most one record may add."""


RESOURCE_ATTRIBUTES = (
    "service.name",
    "service.version",
    "user.email",
    "user.account_uuid",
    "user.id",
    "team",
    "team.id",
    "department",
    "project",
    "vcs.owner.name",
    "vcs.repository.name",
    "origin",
    "truncated.resource",
)
"""What is left of a resource that says too much."""


def labels_of(signal: Signal) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every label that amounts of a signal take from a record, with its attributes, sorted."""
    names = {name for each in AMOUNTS if each.signal == signal for name in each.labels}
    sent = sorted(names.difference(COMPUTED_LABELS))
    return tuple((name, LABEL_ATTRIBUTES.get(name, (name,))) for name in sent)


COUNTED_ATTRIBUTES = tuple(
    sorted(
        {
            *(name for _, names in labels_of("event") for name in names),
            "protocol",
            *NUMBERS,
            *RESOURCE_ATTRIBUTES,
            "query_source",
            "agent_id",
            "agent.name",
            "truncated.record",
        }
    )
)
"""What is kept of a record that has too many attributes, before others."""


def amounts(*, session_series: bool) -> Iterator[Amount]:
    """The amounts a stack keeps; the session family can be switched off."""
    skipped = frozenset() if session_series else frozenset(SESSION_AMOUNTS)
    return (amount for amount in AMOUNTS if amount not in skipped)
