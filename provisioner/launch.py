"""How is each engine started? Its arguments, the same under both runtimes."""

from __future__ import annotations

from provisioner.placement import Placement
from provisioner.settings import Settings


def arguments(engine: str, settings: Settings, at: Placement, home: str = "") -> tuple[str, ...]:
    """The engine's command line after its binary, or after its image's entrypoint.

    `home` is where Grafana is installed, under the native runtime.
    """
    match engine:
        case "collector":
            return (f"--config={at.config['collector']}/config.yaml",)
        case "loki":
            return (f"-config.file={at.config['loki']}/config.yaml",)
        case "prometheus":
            return _prometheus(settings, at)
        case "gateway":
            config = f"{at.config['gateway']}/Caddyfile"
            return ("run", f"--config={config}", "--adapter=caddyfile")
        case _:
            return _grafana(at, home)


GARBAGE_PERCENT = {"collector": 200}
"""How much a heap may grow before it is collected, where Go's 100 % costs more time than it saves
memory: at 40 % a third of the collector's time was that, and it holds little when it is idle."""


def garbage_percent(engine: str) -> int:
    """Go's GOGC for the engine."""
    return GARBAGE_PERCENT.get(engine, 100)


STOP_SIGNALS = {"prometheus": "KILL"}
"""How an engine is stopped, where not by TERM; compose.yaml says why."""


def stop_signal(engine: str) -> str:
    """The signal that stops the engine."""
    return STOP_SIGNALS.get(engine, "TERM")


MEMORY_TENTHS = {"collector": 5}
"""How much of its memory Go's garbage collector lets an engine use, where that is not nine tenths.

At six tenths the collector's `memory_limiter` refuses clients, and it counts garbage, too: with
nine tenths for Go it did so after 24 minutes of 500 events a second.
"""


def go_memory_limit(engine: str, settings: Settings) -> str:
    """What Go's garbage collector aims below."""
    return f"{memory_mb(engine, settings) * MEMORY_TENTHS.get(engine, 9) // 10}MiB"


def memory_mb(engine: str, settings: Settings) -> int:
    """The engine's memory limit in megabytes."""
    return settings.engine(engine).memory_mb


def _prometheus(settings: Settings, at: Placement) -> tuple[str, ...]:
    # The lifecycle and admin APIs stay off: any page on this machine could call them.
    grafana = f"http://(localhost|127[.]0[.]0[.]1):{settings.ports.grafana}"
    return (
        f"--config.file={at.config['prometheus']}/prometheus.yaml",
        f"--storage.tsdb.path={at.data['prometheus']}",
        f"--storage.tsdb.retention.time={settings.prometheus.retention_days}d",
        f"--web.listen-address={at.listen['prometheus_engine']}",
        f"--web.config.file={at.config['prometheus']}/web.yaml",
        f"--web.cors.origin={grafana}",
        "--web.enable-otlp-receiver",
    )


def _grafana(at: Placement, home: str) -> tuple[str, ...]:
    if at.runtime == "docker":
        return ()  # the image's own entrypoint reads GF_PATHS_*
    return (
        "server",
        f"--homepath={home}",
        f"--config={at.config['grafana']}/grafana.ini",
    )
