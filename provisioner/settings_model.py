"""Which settings has a stack, with which defaults, and what may they be?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=1, le=3650)]
Megabytes = Annotated[int, Field(ge=64, le=1_000_000)]
Series = Annotated[int, Field(ge=1000, le=100_000_000)]
Image = Annotated[str, Field(pattern=r"^[a-z0-9][\w./:-]*:[\w.-]+$")]
Digest = Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64})?$")]
Project = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
RuntimeName = Literal["docker", "native"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _setting(default: object, env: str) -> Any:  # noqa: ANN401 - pydantic's own Field returns Any
    return Field(default, json_schema_extra={"env": env})


class Ports(_Section):
    """Host ports, all on the loopback; under Docker some are inside the containers."""

    grafana: Port = _setting(13000, "GRAFANA_PORT")
    otlp_grpc: Port = _setting(14317, "OTLP_GRPC_PORT")
    otlp_http: Port = _setting(14318, "OTLP_HTTP_PORT")
    prometheus: Port = _setting(19090, "PROMETHEUS_PORT")
    loki: Port = _setting(13100, "LOKI_PORT")
    metrics: Port = _setting(18889, "METRICS_PORT")
    collector_health: Port = _setting(13133, "COLLECTOR_HEALTH_PORT")
    spool: Port = _setting(14319, "SPOOL_PORT")
    loki_grpc: Port = _setting(13195, "LOKI_GRPC_PORT")
    metrics_engine: Port = _setting(18890, "METRICS_ENGINE_PORT")
    prometheus_engine: Port = _setting(19091, "PROMETHEUS_ENGINE_PORT")
    loki_engine: Port = _setting(13101, "LOKI_ENGINE_PORT")

    @model_validator(mode="after")
    def _all_different(self) -> Ports:
        numbers = [number for _, number in self]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            raise ValueError(f"a port of its own for each, but {twice} is there twice")
        return self


class Engine(_Section):
    """What every engine has: an image, and a limit of memory."""

    image: Image
    digest: Digest
    memory_mb: Megabytes

    @model_validator(mode="before")
    @classmethod
    def _digest_belongs_to_image(cls, values: object) -> object:
        """Another image without a digest of its own must not be held to the default's."""
        if isinstance(values, dict) and "image" in values and "digest" not in values:
            return {**values, "digest": ""}
        return values

    @property
    def reference(self) -> str:
        """The image as Docker pulls it: `repository:tag@digest`."""
        return f"{self.image}@{self.digest}" if self.digest else self.image


class Collector(Engine):
    """The OpenTelemetry Collector, its spool and its queues (megabytes on disk)."""

    image: Image = _setting("otel/opentelemetry-collector-contrib:0.161.0", "COLLECTOR_IMAGE")
    digest: Digest = _setting(
        "sha256:fd328de2552466ad78385e1b1289c3f2402b1c45f265b252aab1955b42845ac1",
        "COLLECTOR_DIGEST",
    )
    memory_mb: Megabytes = _setting(1024, "COLLECTOR_MEMORY_MB")
    spool_mb: Megabytes = _setting(1000, "SPOOL_MB")
    queue_mb: Megabytes = _setting(2000, "QUEUE_MB")


class Prometheus(Engine):
    """Prometheus, where every total comes from."""

    image: Image = _setting("prom/prometheus:v3.16.0", "PROMETHEUS_IMAGE")
    digest: Digest = _setting("", "PROMETHEUS_DIGEST")
    memory_mb: Megabytes = _setting(2048, "PROMETHEUS_MEMORY_MB")
    retention_days: Days = _setting(400, "PROMETHEUS_RETENTION_DAYS")
    out_of_order_days: Days = _setting(400, "PROMETHEUS_OUT_OF_ORDER_DAYS")
    max_series: Series = _setting(500_000, "PROMETHEUS_MAX_SERIES")


class Loki(Engine):
    """Loki, the book of events."""

    image: Image = _setting("grafana/loki:3.7.8", "LOKI_IMAGE")
    digest: Digest = _setting(
        "sha256:1107dd5274e0ada47e42472b7a7e71f3b2a2fe878878108f3e2f9e51528f0193", "LOKI_DIGEST"
    )
    memory_mb: Megabytes = _setting(2048, "LOKI_MEMORY_MB")
    retention_days: Days = _setting(400, "LOKI_RETENTION_DAYS")


class Grafana(Engine):
    """Grafana; `home` is a directory that holds one, for machines without its image."""

    image: Image = _setting("grafana/grafana:12.4.10", "GRAFANA_IMAGE")
    digest: Digest = _setting(
        "sha256:c132a683b2430fff9115a29b2a79c8ab97540cdcc90846e3c81878c778ca3596",
        "GRAFANA_DIGEST",
    )
    memory_mb: Megabytes = _setting(1024, "GRAFANA_MEMORY_MB")
    password: SecretStr | None = _setting(None, "GRAFANA_PASSWORD")
    home: Path | None = _setting(None, "GRAFANA_HOME")


class Gateway(Engine):
    """Caddy, which serves what a person may read of the stores."""

    image: Image = _setting("caddy:2.11.9", "GATEWAY_IMAGE")
    digest: Digest = _setting("", "GATEWAY_DIGEST")
    memory_mb: Megabytes = _setting(256, "GATEWAY_MEMORY_MB")


class Settings(_Section):
    """All settings of one stack."""

    project: Project = _setting("claude-otel", "STACK_PROJECT")
    runtime: Literal["auto", "docker", "native"] = _setting("auto", "RUNTIME")
    identity: Literal["email", "hash", "none"] = _setting("email", "STACK_IDENTITY")
    keep_content: bool = _setting(default=False, env="STACK_KEEP_CONTENT")
    redact_secrets: bool = _setting(default=True, env="STACK_REDACT_SECRETS")
    session_series: bool = _setting(default=True, env="STACK_SESSION_SERIES")
    data_dir: Path | None = _setting(None, "STACK_DATA_DIR")
    ports: Ports = Ports()
    collector: Collector = Collector()
    prometheus: Prometheus = Prometheus()
    loki: Loki = Loki()
    gateway: Gateway = Gateway()
    grafana: Grafana = Grafana()

    def engine(self, name: str) -> Engine:
        """The settings of the engine of that name."""
        engines: dict[str, Engine] = {
            "collector": self.collector,
            "gateway": self.gateway,
            "grafana": self.grafana,
            "loki": self.loki,
            "prometheus": self.prometheus,
        }
        return engines[name]


Key = tuple[str, ...]


def environment_names(section: type[BaseModel] = Settings, prefix: Key = ()) -> dict[str, Key]:
    """Every environment variable that is a setting, and the key that it sets."""
    names: dict[str, Key] = {}
    for name, field in section.model_fields.items():
        key = (*prefix, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names |= environment_names(field.annotation, key)
        elif isinstance(field.json_schema_extra, dict):
            names[str(field.json_schema_extra["env"])] = key
    return names
