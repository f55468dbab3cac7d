"""Which engines does the stack run, at which version, and how is each built from Go modules?

A recipe is data: changing it changes its digest, and with it the place of the built binaries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

STRIPPED = "-s -w"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoInstall:
    """A module that builds as it stands, as `go install package@version` would."""

    module: str
    version: str
    packages: tuple[str, ...]
    go: str
    tags: tuple[str, ...] = ()
    ldflags: str = STRIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """A module with `replace` lines, which Go obeys only in the main module: ours repeats them."""

    module: str
    version: str
    package: str
    go: str
    ldflags: str = STRIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorBuild:
    """A collector put together by the collector's own builder from the components we use."""

    builder: str
    name: str
    version: str
    go: str
    receivers: tuple[str, ...]
    processors: tuple[str, ...]
    connectors: tuple[str, ...]
    exporters: tuple[str, ...]
    extensions: tuple[str, ...]
    providers: tuple[str, ...]
    ldflags: str = STRIPPED

    @property
    def sections(self) -> dict[str, tuple[str, ...]]:
        """The components, as `module version`, by the manifest's section."""
        return {
            "receivers": self.receivers,
            "processors": self.processors,
            "connectors": self.connectors,
            "exporters": self.exporters,
            "extensions": self.extensions,
            "providers": self.providers,
        }


Recipe = GoInstall | Wrapper | CollectorBuild


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLayout:
    """What a local image has in common with upstream's: user, paths and entrypoint."""

    user: str
    uid: int
    files: Mapping[str, str]
    entrypoint: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine at its pinned version.

    `aliases` holds the names under which others install a binary; `recipe` and `image_layout`
    are None for an engine that cannot be built here.
    """

    name: str
    version: str
    binaries: tuple[str, ...]
    version_args: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recipe: Recipe | None = None
    image_layout: ImageLayout | None = None

    @property
    def recipe_digest(self) -> str:
        """Eight hexadecimal digits that change whenever the recipe does."""
        return _digest(_content(self.recipe))

    @property
    def image_digest(self) -> str:
        """Eight hexadecimal digits that change whenever the recipe or the image's layout does."""
        return _digest([_content(self.recipe), _content(self.image_layout)])


def _content(part: Recipe | ImageLayout | None) -> object:
    return None if part is None else [type(part).__name__, asdict(part)]


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]


def _core(*paths: str, version: str = "v0.161.0") -> tuple[str, ...]:
    return tuple(f"go.opentelemetry.io/collector/{path} {version}" for path in paths)


def _contrib(*paths: str) -> tuple[str, ...]:
    repository = "github.com/open-telemetry/opentelemetry-collector-contrib"
    return tuple(f"{repository}/{path} v0.161.0" for path in paths)


COLLECTOR = Engine(
    name="collector",
    version="0.161.0",
    binaries=("otelcol",),
    aliases={"otelcol": ("otelcol-contrib", "otelcol")},
    version_args=("--version",),
    recipe=CollectorBuild(
        builder="go.opentelemetry.io/collector/cmd/builder@v0.161.0",
        name="otelcol",
        version="0.161.0",
        go="1.26.0",
        receivers=_core("receiver/otlpreceiver"),
        processors=(
            *_core("processor/memorylimiterprocessor"),
            *_contrib(
                "processor/transformprocessor",
                "processor/filterprocessor",
                "processor/attributesprocessor",
                "processor/resourceprocessor",
                "processor/deltatocumulativeprocessor",
                "processor/cumulativetodeltaprocessor",
                "processor/redactionprocessor",
            ),
        ),
        connectors=(
            *_contrib("connector/signaltometricsconnector", "connector/countconnector"),
            *_core("connector/forwardconnector"),
        ),
        exporters=(
            *_core("exporter/debugexporter", "exporter/otlpexporter", "exporter/otlphttpexporter"),
            *_contrib("exporter/prometheusexporter", "exporter/fileexporter"),
        ),
        extensions=_contrib(
            "extension/healthcheckextension",
            "extension/storage/filestorage",
            "extension/bearertokenauthextension",
        ),
        providers=_core(
            "confmap/provider/envprovider",
            "confmap/provider/fileprovider",
            "confmap/provider/yamlprovider",
            version="v1.67.0",
        ),
    ),
    image_layout=ImageLayout(
        user="otel",
        uid=10001,
        files={"otelcol": "/otelcol-contrib"},
        entrypoint=("/otelcol-contrib",),
    ),
)

PROMETHEUS = Engine(
    name="prometheus",
    version="3.16.0",
    binaries=("prometheus", "promtool"),
    version_args=("--version",),
    recipe=GoInstall(
        module="github.com/prometheus/prometheus",
        version="v0.316.0",
        packages=("cmd/prometheus", "cmd/promtool"),
        go="1.26.7",
        tags=("netgo", "remove_all_sd"),
        ldflags=f"{STRIPPED} -X github.com/prometheus/common/version.Version=3.16.0",
    ),
    image_layout=ImageLayout(
        user="nobody",
        uid=65534,
        files={"prometheus": "/bin/prometheus", "promtool": "/bin/promtool"},
        entrypoint=("/bin/prometheus",),
    ),
)

LOKI = Engine(
    name="loki",
    version="3.7.8",
    binaries=("loki",),
    version_args=("-version",),
    recipe=Wrapper(
        module="github.com/grafana/loki/v3",
        version="v3.7.8",
        package="cmd/loki",
        go="1.26.5",
        ldflags=f"{STRIPPED} -X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8",
    ),
    image_layout=ImageLayout(
        user="loki",
        uid=10001,
        files={"loki": "/usr/bin/loki"},
        entrypoint=("/usr/bin/loki",),
    ),
)

GATEWAY = Engine(
    name="gateway",
    version="2.11.9",
    binaries=("caddy",),
    version_args=("version",),
    recipe=GoInstall(
        module="github.com/caddyserver/caddy/v2",
        version="v2.11.9",
        packages=("cmd/caddy",),
        go="1.26.0",
        ldflags=f"{STRIPPED} -X github.com/caddyserver/caddy/v2.CustomVersion=v2.11.9",
    ),
    image_layout=ImageLayout(
        user="caddy",
        uid=10001,
        files={"caddy": "/usr/bin/caddy"},
        entrypoint=("/usr/bin/caddy",),
    ),
)

GRAFANA = Engine(
    name="grafana",
    version="12.4.10",
    binaries=("grafana",),
    version_args=("--version",),
)

ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (COLLECTOR, PROMETHEUS, LOKI, GATEWAY, GRAFANA)
}
