"""What is a line of an answer where nothing about it is odd?

Nearly all are so. Only what is asked for is decoded of them, and with its type, so that nothing has
to be looked at twice; whatever does not fit is read patiently (`answers`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Raw, Struct
from msgspec.json import Decoder

from provisioner.transcripts.sighting import Counts
from provisioner.transcripts.values import PLAIN, counted

_Count = Annotated[int, Meta(ge=0, lt=PLAIN)]
_Id = Annotated[str, Meta(min_length=1)]
_None = Annotated[list[Raw], Meta(max_length=0)] | None


class _Split(Struct, frozen=True, gc=False):
    ephemeral_5m_input_tokens: _Count = 0
    ephemeral_1h_input_tokens: _Count = 0


class _Tools(Struct, frozen=True, gc=False):
    web_search_requests: _Count = 0


class Usage(Struct, frozen=True, gc=False):
    """What an answer used, without calls of other models."""

    output_tokens: _Count
    input_tokens: _Count = 0
    cache_read_input_tokens: _Count = 0
    cache_creation_input_tokens: _Count = 0
    cache_creation: _Split | None = None
    server_tool_use: _Tools | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None
    iterations: _None = None

    @property
    def counts(self) -> Counts:
        """What it says, all of which can be."""
        split, tools = self.cache_creation, self.server_tool_use
        return counted(
            self.input_tokens,
            self.output_tokens,
            self.cache_read_input_tokens,
            self.cache_creation_input_tokens,
            split.ephemeral_5m_input_tokens if split else 0,
            split.ephemeral_1h_input_tokens if split else 0,
            tools.web_search_requests if tools else 0,
        )


class _Message(Struct, frozen=True, gc=False):
    id: _Id
    model: str
    usage: Usage


class Plain(Struct, frozen=True, gc=False, rename="camel"):
    """One of the lines of an answer; all have the same id, only the output grows."""

    type: Literal["assistant"]
    message: _Message
    request_id: _Id
    session_id: str
    is_sidechain: bool
    timestamp: str
    cwd: str | None = None
    prompt_id: str | None = None
    agent_id: str | None = None
    attribution_agent: str | None = None
    entrypoint: str | None = None
    effort: str | None = None
    # Whatever these say, it is no plain line.
    is_api_error_message: Literal["never"] = "never"
    forked_from: Literal["never"] = "never"


decode = Decoder(Plain).decode

UNREADABLE = (DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised for a line that is not what was asked for, or no JSON at all."""
