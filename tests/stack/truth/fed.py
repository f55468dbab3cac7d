"""Which records are sent that the real client cannot be made to send here?

They have the shape of recorded ones. Fed, because no script of ours brings them about: pull
requests, MCP servers, skills, refusals, compactions, exhausted retries, a person's own active time
and decisions, resumed sessions, known durations and sizes, and a crowd that overflows rankings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from provisioner.records import Event, Value
from tests.stack.truth.people import Count, Person, send_counts, send_events

OPUS, OPUS_LONG = "claude-opus-5-5", "claude-opus-5-5[1m]"
SONNET = "us.anthropic.claude-sonnet-5-20260301-v1:0"
HAIKU = "claude-haiku-5-5"

ADA = Person(email="ada@example.com", team="platform", project="acme/widgets.js", session="ada-1")
GRACE = Person(
    email="grace+ci@example.com",
    team="data (eu)",
    project="acme/c++",
    session="grace-1",
    origin="transcript",
    entrypoint="sdk-py",
)
LINUS = Person(email="linus@example.com", team="platform", project="acme/broken", session="linus-1")
"""Nothing that he does works."""

CROWD = 105
LAST_COUNT = Count(name="pull_request.count", value=2, attributes={})
"""What is sent last."""


def feed(url: str) -> None:
    """Send everything; what arrives last is a pull request."""
    for person, events in _EVENTS.items():
        send_events(url, person, list(events(person)))
    for number in range(CROWD):
        person = _one_of_many(number)
        send_events(url, person, list(_seen_once(person, number)))
    for person, counts in _COUNTS.items():
        send_counts(url, person, counts)


def _of_ada(ada: Person) -> Iterator[Event]:
    # One is as long as a bound by which requests are counted.
    for number, seconds in enumerate((2.5, 7.5, 12.0)):
        yield _request(ada, OPUS_LONG, seconds, number, effort="high")
    yield _request(ada, HAIKU, 0.9, 3, query_source="compact", speed="fast")
    for number, seconds in enumerate((0.04, 0.25, 20.0)):
        yield _call(ada, "Bash", seconds, tool_result_size_bytes=str(1000 + number))
    yield _call(ada, "Grep", 0.02, success="false", error_type="ENOENT", error="no such file")
    yield _decision(ada, "Edit", "reject", "user_temporary")
    yield _decision(ada, "Bash", "accept", "user_permanent")
    prompt: dict[str, Value] = {"prompt_length": "17", "command_name": "review"}
    yield ada.event("user_prompt", prompt | {"prompt": "a secret"})
    yield _compaction(ada, "auto", 180_000, 21_000)
    yield ada.event("permission_mode_changed", {"from_mode": "default", "to_mode": "plan"})
    yield _skill(ada, "deploy", "user-slash")
    yield _server(ada, "github", "connected", "http")
    yield _server(ada, "files", "failed", "stdio", error_code="ENOENT", error="spawn failed")
    yield ada.event("internal_error", {"error_name": "TypeError", "error_code": "E17"})
    yield ada.event("at_mention", {"mention_type": "file", "success": True})


def _of_grace(grace: Person) -> Iterator[Event]:
    # All of them slow: nothing is within the lower bounds. The last one is beyond all bounds.
    for number, seconds in enumerate((11.0, 12.5, 14.0, 400.0)):
        yield _request(grace, SONNET, seconds, 10 + number, query_source=_AGENT)
    priceless = _request(grace, SONNET, 13.0, 14)
    yield replace(priceless, attributes={**priceless.attributes, "cost_usd": "much"})
    for seconds in (12.0, 29.0):
        yield _call(grace, "WebFetch", seconds, tool_result_size_bytes=52_000)
    refused: dict[str, Value] = {"model": SONNET, "query_source": "repl_main_thread"}
    yield grace.event("api_refusal", refused | {"category": "cyber", "attempt": 1})
    yield _error(grace, SONNET, error="Connection error.", attempt=11, duration_ms=98_000)
    yield _error(grace, HAIKU, status_code=529, error="Overloaded", attempt=11, duration_ms=190_000)
    gave_up: dict[str, Value] = {"model": HAIKU, "status_code": "529", "error": "Overloaded"}
    attempts: dict[str, Value] = {"total_attempts": 11, "total_retry_duration_ms": 190_000}
    yield grace.event("api_retries_exhausted", gave_up | attempts)
    yield _compaction(grace, "manual", 90_000, 8_000)
    yield _skill(grace, "pdf", "claude-proactive")
    yield grace.event("user_prompt", {"prompt_length": 250})
    returned: dict[str, Value] = {"agent_type": "explore", "model": HAIKU, "duration_ms": 61_500}
    yield grace.event("subagent_completed", returned | {"total_tool_uses": 7})


def _of_linus(linus: Person) -> Iterator[Event]:
    yield _error(linus, OPUS, status_code=401, error="Invalid key", attempt=1, duration_ms=120)
    yield _call(linus, "Bash", 1.5, success="false", error_type="ShellError", error="exit 2")
    yield _call(linus, "Bash", 3.0, success="false", error_type="ShellError", error="exit 127")
    yield linus.event("user_prompt", {"prompt_length": 5})


def _one_of_many(number: int) -> Person:
    return Person(
        email=f"dev-{number:03}@example.com",
        team=f"team {number % 11}",
        project=f"crowd/project-{number % 12}",
        session=f"crowd-{number:03}",
        entrypoint="claude-vscode",
    )


def _seen_once(person: Person, number: int) -> Iterator[Event]:
    yield _request(person, SONNET, 20 + number / 1000, 100 + number)
    yield _call(person, "Read", 0.001 * (1 + number), tool_result_size_bytes=number)


_AGENT = "agent:builtin:general-purpose"
_EVENTS = {
    ADA: _of_ada,
    replace(ADA, prompt="prompt-2"): lambda ada: iter([_request(ada, OPUS, 3.0, 5)]),
    GRACE: _of_grace,
    LINUS: _of_linus,
}
_COUNTS = {
    GRACE: (Count(name="active_time.total", value=10.5, attributes={"type": "cli"}),),
    LINUS: (Count(name="session.count", value=1, attributes={"start_type": "agents_view"}),),
    ADA: (
        Count(name="session.count", value=1, attributes={"start_type": "resume"}),
        Count(name="active_time.total", value=61.25, attributes={"type": "user"}),
        Count(name="lines_of_code.count", value=40, attributes={"type": "added"}),
        Count(name="lines_of_code.count", value=11, attributes={"type": "removed"}),
        Count(
            name="code_edit_tool.decision",
            value=3,
            attributes={
                "tool_name": "Edit",
                "decision": "reject",
                "source": "user_temporary",
                "language": "Markdown",
            },
        ),
        LAST_COUNT,
    ),
}


def _request(  # noqa: PLR0913  a record names what is special about it, and no more
    person: Person,
    model: str,
    seconds: float,
    seed: int,
    *,
    query_source: str = "repl_main_thread",
    effort: str = "medium",
    speed: str = "normal",
) -> Event:
    """An answered request whose numbers differ from those of every other seed."""
    said: dict[str, Value] = {
        "model": model,
        "query_source": query_source,
        "effort": effort,
        "speed": speed,
        "request_id": f"req_{person.session}_{seed}",
        "duration_ms": round(seconds * 1000),
        "cost_usd": 0.25 + 0.0137 * seed,
        "input_tokens": 10 + seed,
        "output_tokens": 1000 + 17 * seed,
        "cache_read_tokens": 30_000 + 101 * seed,
        "cache_creation_tokens": 700 + 3 * seed,
    }
    return person.event("api_request", said)


def _error(person: Person, model: str, **said: Value) -> Event:
    cause: Mapping[str, Value] = {"model": model, "query_source": "repl_main_thread"}
    return person.event("api_error", {**cause, **said})


def _call(person: Person, tool: str, seconds: float, success: str = "true", **said: Value) -> Event:
    duration = f"{seconds * 1000:.0f}"
    known: Mapping[str, Value] = {"tool_name": tool, "success": success, "duration_ms": duration}
    return person.event("tool_result", {**known, **said})


def _decision(person: Person, tool: str, decision: str, source: str) -> Event:
    said: dict[str, Value] = {"tool_name": tool, "decision": decision, "source": source}
    return person.event("tool_decision", said)


def _compaction(person: Person, trigger: str, before: int, after: int) -> Event:
    sizes: dict[str, Value] = {"pre_tokens": before, "post_tokens": after}
    return person.event("compaction", {"trigger": trigger, "success": "true", **sizes})


def _skill(person: Person, name: str, trigger: str) -> Event:
    return person.event("skill_activated", {"skill.name": name, "invocation_trigger": trigger})


def _server(person: Person, name: str, status: str, transport: str, **said: Value) -> Event:
    known: dict[str, Value] = {
        "server_name": name,
        "status": status,
        "transport_type": transport,
    }
    return person.event("mcp_server_connection", known | said)
