"""Which value of a variable does the client take, when the shell and settings files differ?

Tried with the client 2.1.330: a settings file comes before the shell. A project's settings may
change most variables, but neither switch telemetry on nor say where it goes; of exporters they may
only say `none`, against the person's settings and not against the shell. Managed settings come
before all, and their endpoint takes the place of per-signal ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisioner.doctor.model import Layer, Variable

ENABLE = "CLAUDE_CODE_ENABLE_TELEMETRY"
SIGNALS = ("METRICS", "LOGS")
SELECTORS = ("OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_TRACES_EXPORTER")
PREFIX = "OTEL_EXPORTER_OTLP_"

_ROUTING = ("ENDPOINT", "PROTOCOL", "HEADERS", "CERTIFICATE", "CLIENT_KEY", "INSECURE")
_SWITCHES = (
    ENABLE,
    *SELECTORS,
    "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA",
    "ENABLE_BETA_TRACING_DETAILED",
    "BETA_TRACING_ENDPOINT",
)
_PINNED = ("ENDPOINT", "PROTOCOL")


def resolve(layers: Sequence[Layer]) -> dict[str, Variable]:
    """What the client takes each variable for; layers come in rising order of precedence."""
    shell = next((each.env for each in layers if each.scope == "shell"), {})
    found: dict[str, Variable] = {}
    for layer in layers:
        for name, value in layer.env.items():
            if counts(layer, name, shell):
                said = shell.get(name)
                other = said if layer.scope != "shell" and said != value else None
                found[name] = Variable(name=name, value=value, layer=layer, shell_value=other)
    return {name: each for name, each in found.items() if not _is_pinned(each, found)}


def counts(layer: Layer, name: str, shell: Mapping[str, str]) -> bool:
    """Whether the client heeds a variable in a layer."""
    if layer.scope not in ("project", "local") or not is_guarded(name):
        return True
    return name in SELECTORS and layer.env[name] == "none" and name not in shell


def is_guarded(name: str) -> bool:
    """Whether it switches telemetry or says where it goes, which a project must not."""
    is_routing = name.startswith(PREFIX) and name.endswith(_ROUTING)
    is_opening = name.startswith(("OTEL_LOG_", "OTEL_EXPORTER_PROMETHEUS_"))
    return name in _SWITCHES or is_routing or is_opening


def _is_pinned(variable: Variable, found: Mapping[str, Variable]) -> bool:
    """Whether managed settings have taken its place: a per-signal one beside their general one."""
    for suffix in _PINNED:
        general = found.get(PREFIX + suffix)
        is_own = variable.name in (f"{PREFIX}{signal}_{suffix}" for signal in SIGNALS)
        if is_own and general and general.layer.scope == "managed":
            return variable.layer.scope != "managed"
    return False
