"""What do answers look like in a transcript, and in Loki? One of each; a test says what differs."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from provisioner.books.told import Told
from provisioner.reports.zones import Zone
from provisioner.transcripts.model import Response

NOON_MS = 1_785_758_400_000
"""12:00 UTC on 2026-08-03."""

HOUR_MS = 3_600_000
UTC_ZONE = Zone(name="UTC", info=UTC)

_RESPONSE = Response(
    message_id="msg_1",
    request_id="req_1",
    at_ms=NOON_MS,
    session="session-1",
    project="/srv/widgets",
    model="claude-opus-5-5",
    source="main",
    agent_id="",
    agent_type="",
    prompt_id="prompt-1",
    entrypoint="cli",
    effort="high",
    speed="standard",
    inference_geo="",
    service_tier="standard",
    input_tokens=101,
    output_tokens=51,
    cache_read_tokens=5000,
    cache_write_5m_tokens=1500,
    cache_write_1h_tokens=500,
    web_searches=0,
    cost=13_924_000_000,
    billed=13_924_000_000,
    path="/srv/.claude/projects/-srv-widgets/session-1.jsonl",
    offset=0,
)
_TOLD = Told(
    at_ms=NOON_MS,
    key="",
    request_id="req_1",
    session="session-1",
    user="ann@example.org",
    team="core",
    project="acme/widgets",
    source="main",
    origin="live",
    cost_usd=0.013924,
    tokens=(101, 51, 5000, 2000),
)


def response(number: int = 1, **changes: Any) -> Response:  # noqa: ANN401 - fields of many types
    """An answer with ids of its own."""
    own = {"message_id": f"msg_{number}", "request_id": f"req_{number}"}
    return _RESPONSE._replace(**own | changes)


def told(number: int = 1, **changes: Any) -> Told:  # noqa: ANN401 - fields of many types
    """The same as the client tells it."""
    return _TOLD._replace(**{"request_id": f"req_{number}"} | changes)


def added(number: int = 1, **changes: Any) -> Told:  # noqa: ANN401 - fields of many types
    """The same as we have added it."""
    return told(number, **{"key": f"msg_{number}", "origin": "transcript"} | changes)
