"""What was spent, and what happened, by the word of those who sent it?

The tests' own reading of records, in plain Python: nothing here knows the collector's
configuration, the catalogue or the boards' queries, which are what it is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.stack.truth.recorder import Record

Labels = Mapping[str, str]

UNKNOWN = "unknown"
MODELS = {
    "claude-opus-5-5[1m]": "claude-opus-5-5",
    "us.anthropic.claude-sonnet-5-20260301-v1:0": "claude-sonnet-5-20260301",
}
"""Models whose names a client decorates, and what they are."""

SOURCES = {
    "agent:builtin:general-purpose": "subagent",
    "compact": "auxiliary",
    "generate_session_title": "auxiliary",
    "repl_main_thread": "main",
    "sdk": "main",
}
"""What the client's free text means, for each text that occurs in these tests."""

TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cacheRead": "cache_read_tokens",
    "cacheCreation": "cache_creation_tokens",
}
CONTENT = ("prompt", "prompt_text", "response", "tool_input", "tool_parameters")
"""What people and models wrote, which the stack does not keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An amount of something that was spent, and all labels by which it may be told apart."""

    measure: str
    amount: float
    labels: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event with its attributes as Loki names and writes them."""

    name: str
    attributes: Labels
    at_ns: int


def facts_of(records: Iterable[Record]) -> Iterator[Fact]:
    """Everything that the records say was spent."""
    for record in records:
        if record.is_event:
            yield Fact(
                measure="events", amount=1, labels=_who(record) | {"event_name": record.name}
            )
        tell = _EVENTS.get(record.name) if record.is_event else _COUNTERS.get(record.name)
        yield from tell(record, _who(record)) if tell else ()


def happenings_of(records: Iterable[Record]) -> Iterator[Happening]:
    """Every event of the records."""
    for record in records:
        if record.is_event:
            texts = {key.replace(".", "_"): _text(record, key) for key in record.attributes}
            kept = {key: value for key, value in texts.items() if key not in CONTENT}
            named = {"model": _model(record)} if "model" in kept else {}
            caused = {"source": _source(record)} if "query_source" in kept else {}
            known = kept | named | caused | _who(record)
            yield Happening(name=record.name, attributes=known, at_ns=record.at_ns)


def is_number(text: str) -> bool:
    """Whether something that should be a number is one."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _who(record: Record) -> dict[str, str]:
    owner, name = (_text(record, f"vcs.{part}.name", "") for part in ("owner", "repository"))
    project = record.resource.get("project", UNKNOWN)
    return {
        "user": _text(record, "user.email", _text(record, "user.id")),
        "team": str(record.resource.get("team", UNKNOWN)),
        "project": f"{owner}/{name}" if owner and name else str(project),
        "origin": str(record.resource.get("origin", "live")),
    }


def _request(record: Record, who: Labels) -> Iterator[Fact]:
    model = {**who, "model": _model(record)}
    caused = {**model, "source": _source(record)}
    costing = caused | _taken(record, effort="effort", speed="speed", entrypoint="app.entrypoint")
    seconds = _number(record, "duration_ms") / 1000
    tokens = {kind: _number(record, attribute) for kind, attribute in TOKENS.items()}
    session = _session(record, who)
    if is_number(_text(record, "cost_usd")):
        cost = _number(record, "cost_usd")
        yield Fact(measure="cost", amount=cost, labels=costing)
        yield Fact(measure="session cost", amount=cost, labels=session)
    yield Fact(measure="api seconds", amount=seconds, labels=model)
    for kind, amount in tokens.items():
        yield Fact(measure="tokens", amount=amount, labels={**caused, "type": kind})
    yield Fact(measure="session tokens", amount=sum(tokens.values()), labels=session)
    yield Fact(measure="session requests", amount=1, labels=session)
    yield from _outcome("ok")(record, who)


def _outcome(outcome: str) -> Tell:
    def tell(record: Record, who: Labels) -> Iterator[Fact]:
        known = {**who, "model": _model(record), "source": _source(record), "outcome": outcome}
        status = _text(record, "status_code", "")
        yield Fact(measure="requests", amount=1, labels={**known, "status_code": status})

    return tell


def _call(record: Record, who: Labels) -> Iterator[Fact]:
    tool = _taken(record, tool_name="tool_name")
    everywhere = {key: value for key, value in who.items() if key != "project"} | tool
    seconds = _number(record, "duration_ms") / 1000
    succeeded = _taken(record, success="success")
    yield Fact(measure="calls", amount=1, labels={**who, **tool, **succeeded})
    yield Fact(measure="call seconds", amount=seconds, labels=everywhere)
    yield Fact(measure="session calls", amount=1, labels=_session(record, who))
    if "tool_result_size_bytes" in record.attributes:
        size = _number(record, "tool_result_size_bytes")
        yield Fact(measure="result bytes", amount=size, labels={**who, **tool})


def _subagent(record: Record, who: Labels) -> Iterator[Fact]:
    labels = {**who, **_taken(record, agent_type="agent_type")}
    yield Fact(measure="subagents", amount=1, labels=labels)
    seconds = _number(record, "duration_ms") / 1000
    yield Fact(measure="subagent seconds", amount=seconds, labels=labels)


def _one(measure: str, **taken: str) -> Tell:
    """One of something for each event, with labels taken from its attributes."""

    def tell(record: Record, who: Labels) -> Iterator[Fact]:
        yield Fact(measure=measure, amount=1, labels={**who, **_taken(record, **taken)})

    return tell


def _counted(measure: str, **taken: str) -> Tell:
    """What a counter's point says, with labels taken from its attributes."""

    def tell(record: Record, who: Labels) -> Iterator[Fact]:
        # The list of agents counts as a session with the client, and is none.
        if record.value is not None and record.attributes.get("start_type") != "agents_view":
            labels = {**who, **_taken(record, **taken)}
            yield Fact(measure=measure, amount=record.value, labels=labels)

    return tell


def _session(record: Record, who: Labels) -> dict[str, str]:
    own = _taken(record, session="session.id")
    return own | {label: who[label] for label in ("user", "project")}


def _taken(record: Record, **attributes: str) -> dict[str, str]:
    return {label: _text(record, attribute) for label, attribute in attributes.items()}


def _model(record: Record) -> str:
    name = _text(record, "model")
    return MODELS.get(name, name)


def _source(record: Record) -> str:
    return SOURCES[_text(record, "query_source")]


def _number(record: Record, attribute: str) -> float:
    """Some numbers are sent as text."""
    return float(record.attributes[attribute])


def _text(record: Record, attribute: str, missing: str = UNKNOWN) -> str:
    value = record.attributes.get(attribute, missing)
    return str(value).lower() if isinstance(value, bool) else str(value)


Tell = Callable[[Record, Labels], Iterator[Fact]]

_EVENTS: Mapping[str, Tell] = {
    "api_error": _outcome("error"),
    "api_refusal": _outcome("refused"),
    "api_request": _request,
    "compaction": _one("compactions", trigger="trigger"),
    "mcp_server_connection": _one(
        "mcp connections",
        server_name="server_name",
        transport_type="transport_type",
        status="status",
    ),
    "skill_activated": _one("skills", skill_name="skill.name", trigger="invocation_trigger"),
    "subagent_completed": _subagent,
    "tool_decision": _one(
        "decisions", tool_name="tool_name", decision="decision", decision_source="source"
    ),
    "tool_result": _call,
    "user_prompt": _one("prompts"),
}
_COUNTERS: Mapping[str, Tell] = {
    "claude_code.active_time.total": _counted("active seconds", type="type"),
    "claude_code.code_edit_tool.decision": _counted(
        "edits",
        tool_name="tool_name",
        decision="decision",
        decision_source="source",
        language="language",
    ),
    "claude_code.commit.count": _counted("commits"),
    "claude_code.lines_of_code.count": _counted("lines", type="type"),
    "claude_code.pull_request.count": _counted("pull requests"),
    "claude_code.session.count": _counted(
        "sessions", start_type="start_type", terminal="terminal.type", entrypoint="app.entrypoint"
    ),
}
