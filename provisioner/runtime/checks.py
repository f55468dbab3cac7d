"""How does each engine check its own config?"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.errors import ArtifactRejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The program and arguments that check a config file; `{config}` stands for its path."""

    file: str
    program: str
    arguments: tuple[str, ...]

    def command(self, config: str) -> tuple[str, ...]:
        """The arguments with the config's path filled in."""
        return tuple(argument.format(config=config) for argument in self.arguments)


CHECKS = {
    "collector": Check(
        file="collector/config.yaml",
        program="otelcol",
        arguments=("validate", "--config={config}"),
    ),
    "loki": Check(
        file="loki/config.yaml",
        program="loki",
        arguments=("-verify-config", "-config.file={config}"),
    ),
    "gateway": Check(
        file="gateway/Caddyfile",
        program="caddy",
        arguments=("adapt", "--config={config}", "--adapter=caddyfile"),
    ),
    "prometheus": Check(
        file="prometheus/prometheus.yaml",
        program="promtool",
        arguments=("check", "config", "{config}"),
    ),
}
"""Grafana has no check of its own; its files are parsed back when they are rendered."""


def reject(engine: str, output: str) -> ArtifactRejected:
    """What to raise when an engine refused its config: its own last words."""
    lines = [line for line in output.strip().splitlines() if line.strip()]
    reason = "\n  ".join(line[:600] for line in lines[-3:])
    return ArtifactRejected(CHECKS[engine].file, f"{engine} says: {reason}")
