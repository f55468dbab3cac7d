"""What does the person want? `stack.yaml`, `.env` and the environment, merged and checked.

Later sources win: defaults, `stack.yaml`, `.env`, environment. The files are the person's: they
are read, never written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import dotenv
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from provisioner.errors import Problem, SettingsError

Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=1, le=3650)]
Megabytes = Annotated[int, Field(ge=64, le=1_000_000)]
Image = Annotated[str, Field(pattern=r"^[a-z0-9][\w./:-]*:[\w.-]+$")]
Digest = Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64})?$")]
Project = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
RuntimeName = Literal["docker", "native"]

FILE_NAME = "stack.yaml"
DOTENV_NAME = ".env"
FOREIGN_PREFIXES = ("COMPOSE_", "DOCKER_", "CLAUDE_", "OTEL_")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _setting(default: object, env: str) -> Any:  # noqa: ANN401 - pydantic's own Field returns Any
    return Field(default, json_schema_extra={"env": env})


class Ports(_Section):
    """Host ports, all on the loopback; the last four are inside the containers under Docker."""

    grafana: Port = _setting(13000, "GRAFANA_PORT")
    otlp_grpc: Port = _setting(14317, "OTLP_GRPC_PORT")
    otlp_http: Port = _setting(14318, "OTLP_HTTP_PORT")
    prometheus: Port = _setting(19090, "PROMETHEUS_PORT")
    loki: Port = _setting(13100, "LOKI_PORT")
    metrics: Port = _setting(18889, "METRICS_PORT")
    collector_health: Port = _setting(13133, "COLLECTOR_HEALTH_PORT")
    collector_telemetry: Port = _setting(18888, "COLLECTOR_TELEMETRY_PORT")
    spool: Port = _setting(14319, "SPOOL_PORT")
    loki_grpc: Port = _setting(13195, "LOKI_GRPC_PORT")

    @model_validator(mode="after")
    def _all_different(self) -> Ports:
        numbers = [number for _, number in self]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            raise ValueError(f"a port of its own for each, but {twice} is there twice")
        return self


class _Engine(_Section):
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


class Collector(_Engine):
    """The OpenTelemetry Collector, its spool and its queues (megabytes on disk)."""

    image: Image = _setting("otel/opentelemetry-collector-contrib:0.161.0", "COLLECTOR_IMAGE")
    digest: Digest = _setting(
        "sha256:fd328de2552466ad78385e1b1289c3f2402b1c45f265b252aab1955b42845ac1",
        "COLLECTOR_DIGEST",
    )
    memory_mb: Megabytes = _setting(1024, "COLLECTOR_MEMORY_MB")
    spool_mb: Megabytes = _setting(1000, "SPOOL_MB")
    queue_mb: Megabytes = _setting(2000, "QUEUE_MB")


class Prometheus(_Engine):
    """Prometheus, where every total comes from."""

    image: Image = _setting("prom/prometheus:v3.16.0", "PROMETHEUS_IMAGE")
    digest: Digest = _setting("", "PROMETHEUS_DIGEST")
    memory_mb: Megabytes = _setting(2048, "PROMETHEUS_MEMORY_MB")
    retention_days: Days = _setting(400, "PROMETHEUS_RETENTION_DAYS")
    out_of_order_days: Days = _setting(400, "PROMETHEUS_OUT_OF_ORDER_DAYS")


class Loki(_Engine):
    """Loki, the book of events."""

    image: Image = _setting("grafana/loki:3.7.8", "LOKI_IMAGE")
    digest: Digest = _setting(
        "sha256:1107dd5274e0ada47e42472b7a7e71f3b2a2fe878878108f3e2f9e51528f0193", "LOKI_DIGEST"
    )
    memory_mb: Megabytes = _setting(2048, "LOKI_MEMORY_MB")
    retention_days: Days = _setting(400, "LOKI_RETENTION_DAYS")


class Grafana(_Engine):
    """Grafana; `home` is a directory that holds one, for machines without its image."""

    image: Image = _setting("grafana/grafana:12.4.10", "GRAFANA_IMAGE")
    digest: Digest = _setting(
        "sha256:c132a683b2430fff9115a29b2a79c8ab97540cdcc90846e3c81878c778ca3596",
        "GRAFANA_DIGEST",
    )
    memory_mb: Megabytes = _setting(1024, "GRAFANA_MEMORY_MB")
    home: Path | None = _setting(None, "GRAFANA_HOME")


class Settings(_Section):
    """All settings of one stack."""

    project: Project = _setting("claude-otel", "STACK_PROJECT")
    runtime: Literal["auto", "docker", "native"] = _setting("auto", "RUNTIME")
    identity: Literal["email", "hash", "none"] = _setting("email", "STACK_IDENTITY")
    keep_content: bool = _setting(default=False, env="STACK_KEEP_CONTENT")
    session_series: bool = _setting(default=True, env="STACK_SESSION_SERIES")
    data_dir: Path | None = _setting(None, "STACK_DATA_DIR")
    ports: Ports = Ports()
    collector: Collector = Collector()
    prometheus: Prometheus = Prometheus()
    loki: Loki = Loki()
    grafana: Grafana = Grafana()


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


def load_settings(root: Path, environ: Mapping[str, str]) -> Settings:
    """Settings of the stack whose checkout is `root`.

    Raises SettingsError with every problem of every source at once.
    """
    merged: dict[str, Any] = {}
    sources: dict[Key, str] = {}
    problems: list[Problem] = []
    names = environment_names()
    dotenv_values = _read_dotenv(root / DOTENV_NAME, problems)
    problems += _unknown_variables(dotenv_values, names)
    for source, values in (
        (FILE_NAME, dict(_flatten(_read_yaml(root / FILE_NAME, problems)))),
        (DOTENV_NAME, _by_key(dotenv_values, names)),
        ("environment", _by_key(environ, names)),
    ):
        for key, value in values.items():
            _put(merged, key, value)
            sources[key] = source
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        problems += [_problem(detail, sources) for detail in error.errors()]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _read_yaml(path: Path, problems: list[Problem]) -> Mapping[str, object]:
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        problems.append(_whole_file(path, f"YAML ({reason})"))
        return {}
    if content is None:
        return {}
    if not isinstance(content, dict):
        problems.append(_whole_file(path, "a mapping of settings"))
        return {}
    return content


def _whole_file(path: Path, expected: str) -> Problem:
    return Problem(source=path.name, key="the file", value=None, expected=expected)


def _read_dotenv(path: Path, problems: list[Problem]) -> dict[str, str]:
    try:
        values = dotenv.dotenv_values(path, interpolate=False) if path.exists() else {}
    except UnicodeDecodeError:
        problems.append(_whole_file(path, "text in UTF-8"))
        return {}
    return {name: value or "" for name, value in values.items()}


def _by_key(values: Mapping[str, str], names: Mapping[str, Key]) -> dict[Key, object]:
    """The variables that are settings; an empty one means: not set."""
    return {key: values[name] for name, key in names.items() if values.get(name)}


def _flatten(values: Mapping[str, object], prefix: Key = ()) -> Iterator[tuple[Key, object]]:
    """Keys and values of the file; an empty value means: not set."""
    for name, value in values.items():
        key = (*prefix, str(name))
        if isinstance(value, dict) and len(key) == 1:
            yield from _flatten(value, key)
        elif value is not None:
            yield key, value


def _put(tree: dict[str, Any], key: Key, value: object) -> None:
    *parents, last = key
    for parent in parents:
        below = tree.setdefault(parent, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree[last] = value


def _unknown_variables(values: Mapping[str, str], names: Mapping[str, Key]) -> list[Problem]:
    unknown = [name for name in values if name not in names]
    return [
        Problem(source=DOTENV_NAME, key=name, value=values[name], expected=_nearest(name, names))
        for name in unknown
        if not name.startswith(FOREIGN_PREFIXES)
    ]


def _nearest(name: str, known: Mapping[str, Key] | list[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"a known setting; did you mean {near[0]}?" if near else "a known setting"


def _problem(detail: ErrorDetails, sources: Mapping[Key, str]) -> Problem:
    key = tuple(str(part) for part in detail["loc"])
    source = sources.get(key) or next(
        (origin for known, origin in sources.items() if known[: len(key)] == key), FILE_NAME
    )
    return Problem(
        source=source,
        key=_as_written(key, source),
        value=detail["input"],
        expected=_expected(detail, key),
    )


def _as_written(key: Key, source: str) -> str:
    """What the person wrote: the file's key, or the variable's name."""
    names = {} if source == FILE_NAME else environment_names()
    return next((name for name, known in names.items() if known == key), ".".join(key))


def _expected(detail: ErrorDetails, key: Key) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return _nearest(
                ".".join(key), [".".join(known) for known in environment_names().values()]
            )
        case "value_error":
            return str(detail["ctx"]["error"])
        case "model_type":
            return "a mapping of settings"
        case "string_pattern_mismatch":
            return f"text that matches {detail['ctx']['pattern']}"
        case "int_parsing" | "int_type" | "int_from_float":
            return "a whole number"
        case "bool_parsing" | "bool_type":
            return "true or false"
        case "path_type":
            return "a path"
        case "string_type":
            return "text"
    return detail["msg"].removeprefix("Input should be ").removeprefix("Input should ")
