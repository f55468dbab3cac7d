"""A person whose client works: their shell says what `claude-otel env` says, and the stack runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from provisioner.client_env import client_variables
from provisioner.doctor.model import Arrivals, Finding, Layer, Observed, Scope, Span
from provisioner.doctor.resolve import resolve
from provisioner.settings import Settings

SETTINGS = Settings()
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack
WELL: Mapping[str, str] = client_variables(SETTINGS, TOKEN)
NOTHING: Mapping[str, str] = {}
NOW = 1_800_000_000.0
DAY = Span(first=NOW - 80_000, last=NOW)
PLACES: dict[Scope, str] = {
    "user": "~/.claude/settings.json",
    "project": "shop/.claude/settings.json",
    "local": "shop/.claude/settings.local.json",
    "managed": "/etc/claude-code/managed-settings.json",
}
Look = Callable[[Observed], Iterable[Finding]]


def without(*names: str) -> dict[str, str]:
    """What works, without some of it."""
    return {name: value for name, value in WELL.items() if name not in names}


def seen(shell: Mapping[str, str] = WELL, *more: Layer, **rest: Any) -> Observed:  # noqa: ANN401 - any field
    """What is observed of the person; settings files are given in rising precedence."""
    layers = (Layer(scope="shell", env=shell), *more)
    usual: dict[str, Any] = {
        "layers": layers,
        "variables": resolve(layers),
        "ports": SETTINGS.ports,
        "version": (2, 1, 330),
        "listening": frozenset({14317, 14318}),
        "token": TOKEN,
        "arrivals": Arrivals(
            events={"api_request": frozenset()}, request=DAY, counter=DAY, busy=DAY
        ),
    }
    return Observed(**(usual | rest))


def file(scope: Scope, env: Mapping[str, str] = NOTHING, **rest: Any) -> Layer:  # noqa: ANN401 - any field
    """A settings file at the usual place."""
    return Layer(scope=scope, path=PLACES[scope], env=env, **rest)


def told(look: Look, observed: Observed) -> list[tuple[str, str]]:
    """Severity and place of what a check finds."""
    return [(each.severity, each.where) for each in look(observed)]
