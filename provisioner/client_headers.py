"""What must be among a client's OTLP headers so that the collector's door opens?

Headers are written as OpenTelemetry's variables have them: pairs with commas between, their values
percent-encoded.
"""

from __future__ import annotations

from urllib.parse import unquote

HEADERS = "OTEL_EXPORTER_OTLP_HEADERS"
AUTHORIZATION = "authorization"


def door_header(token: str) -> str:
    """The pair that the door wants to see."""
    return f"Authorization=Bearer%20{token}"


def with_token(headers: str, token: str) -> str:
    """Headers and the token after them, unless there is none, or they say who asks already."""
    if not token or authorization_of(headers) is not None:
        return headers
    return f"{headers},{door_header(token)}" if headers.strip() else door_header(token)


def without_pair(headers: str, unwanted: str) -> str:
    """Headers without a pair that was put after them."""
    return ",".join(pair for pair in headers.split(",") if pair.strip() != unwanted)


def authorization_of(headers: str) -> str | None:
    """What they say for Authorization, decoded; None where they say nothing."""
    for pair in headers.split(","):
        name, _, value = pair.partition("=")
        if name.strip().lower() == AUTHORIZATION:
            return unquote(value.strip())
    return None


def shown(headers: str) -> str:
    """Headers as they may be shown: the values of all of them are left out."""
    return ",".join(f"{pair.partition('=')[0]}=…" for pair in headers.split(",") if pair)
