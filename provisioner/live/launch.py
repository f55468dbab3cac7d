"""How must the client be started so that its telemetry goes to the stack, marked as one's own?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from provisioner.client_env import client_variables
from provisioner.errors import WrongArgument
from provisioner.settings import Settings

ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_OWN_WAY = re.compile(r"OTEL_EXPORTER_OTLP_((METRICS|LOGS)_(PROTOCOL|ENDPOINT|HEADERS)|HEADERS)")
"""Variables of one signal, which would lead it past the stack, and what others' doors ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One prompt for one client: what it is given, and all that it finds in its environment."""

    prompt: str
    session_id: str
    cwd: Path
    environment: Mapping[str, str]
    program: str = "claude"
    model: str | None = None
    arguments: Sequence[str] = field(default_factory=tuple)

    @property
    def command(self) -> tuple[str, ...]:
        """The client's command line."""
        model = ("--model", self.model) if self.model else ()
        told = ("--output-format", "json", "--session-id", self.session_id)
        return (self.program, "-p", self.prompt, *told, *model, *self.arguments)


def client_environment(
    base: Mapping[str, str], settings: Settings, attributes: Mapping[str, str], token: str
) -> dict[str, str]:
    """The environment in which a client's telemetry goes to this stack, whatever was set before."""
    kept = {name: value for name, value in base.items() if not _OWN_WAY.fullmatch(name)}
    marked = resource_attributes(base.get(ATTRIBUTES, ""), attributes)
    ours = client_variables(settings, token)
    return kept | ours | ({ATTRIBUTES: marked} if marked else {})


def resource_attributes(before: str, attributes: Mapping[str, str]) -> str:
    """Attributes as OTEL_RESOURCE_ATTRIBUTES wants them, after those that are there already.

    Commas, equals signs and all that is not plain in a value are percent-encoded, which the client
    undoes.
    """
    for key in attributes:
        if not _KEY.fullmatch(key):
            expected = "letters, digits, '_', '.' or '-' after a letter"
            raise WrongArgument("attribute", key, expected)
    pairs = [pair.strip() for pair in before.split(",") if pair.strip()]
    others = [pair for pair in pairs if pair.partition("=")[0].strip() not in attributes]
    ours = [f"{key}={quote(value, safe='')}" for key, value in attributes.items()]
    return ",".join([*others, *ours])
