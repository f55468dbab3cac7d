"""Does each recipe become the module that its engine is compiled in?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from provisioner.engines.catalogue import CollectorBuild, Engine, Wrapper
from provisioner.engines.progress import Progress
from provisioner.engines.sources import collector_manifest, prepare, wrapper_go_mod
from provisioner.engines.toolchain import Go

from .conftest import WriteProgram

UPSTREAM = {
    "Module": {"Path": "github.com/grafana/loki/v3"},
    "Go": "1.26.5",
    "Require": [{"Path": "example.org/needed", "Version": "v1.0.0"}],
    "Exclude": [{"Path": "k8s.io/client-go", "Version": "v8.0.0+incompatible"}],
    "Replace": [
        {
            "Old": {"Path": "github.com/hashicorp/memberlist"},
            "New": {"Path": "github.com/grafana/memberlist", "Version": "v0.3.1"},
        },
        {"Old": {"Path": "github.com/grafana/loki/pkg/push"}, "New": {"Path": "./pkg/push"}},
        {"Old": {"Path": "example.org/sibling"}, "New": {"Path": "/src/sibling"}},
        {
            "Old": {"Path": "example.org/old", "Version": "v1.2.3"},
            "New": {"Path": "example.org/new", "Version": "v1.2.4"},
        },
    ],
}

GO_MOD = """\
module claude-otel/build

go 1.26.5

require github.com/grafana/loki/v3 v3.7.8

replace github.com/hashicorp/memberlist => github.com/grafana/memberlist v0.3.1
replace example.org/old v1.2.3 => example.org/new v1.2.4
exclude k8s.io/client-go v8.0.0+incompatible
"""

PLAIN_GO_MOD = """\
module claude-otel/build

go 1.26.5

require github.com/grafana/loki/v3 v3.7.8
"""

GO = """
case "$*" in
  *"-json example.org"* | *"mod download -json"*)
    echo "{\\"Dir\\": \\"$PWD/source\\", \\"GoMod\\": \\"$PWD/source/go.mod\\"}" ;;
  "mod edit -json "*/source/go.mod) echo '{"Go": "1.26.5"}' ;;
  "mod tidy") grep -q claude-otel/build go.mod && touch tidied ;;
  "run "*) echo "$*" > builder ;;
esac
"""


def _go(program: Path, scratch: Path) -> Go:
    return Go(
        executable=str(program),
        engine="any",
        scratch=scratch,
        progress=Progress("any", lambda _: None),
    )


@pytest.mark.parametrize(
    ("upstream", "expected"), [(UPSTREAM, GO_MOD), ({"Go": "1.26.5"}, PLAIN_GO_MOD)]
)
def test_wrapper_repeats_replace_and_exclude_lines_but_no_local_folder(
    loki: Engine, upstream: dict[str, object], expected: str
) -> None:
    assert isinstance(loki.recipe, Wrapper)
    assert wrapper_go_mod(loki.recipe, upstream) == expected


def test_wrapper_is_tidied_and_blank_imports_the_command(
    loki: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    assert loki.recipe is not None
    sources = prepare(loki.recipe, _go(write_program("go", GO), tmp_path))
    assert (sources.directory / "tidied").exists()
    assert (sources.directory / "tools.go").read_text(encoding="utf-8") == (
        'package tools\n\nimport _ "github.com/grafana/loki/v3/cmd/loki"\n'
    )
    assert sources.packages == ("github.com/grafana/loki/v3/cmd/loki",)
    assert sources.flags[:2] == ("-mod=mod", "-trimpath")


def test_module_that_builds_as_it_stands_is_compiled_where_go_keeps_it(
    prometheus: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    assert prometheus.recipe is not None
    sources = prepare(prometheus.recipe, _go(write_program("go", GO), tmp_path))
    assert sources.directory == tmp_path / "source"
    assert sources.packages == (
        "github.com/prometheus/prometheus/cmd/prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
    )
    assert sources.flags == (
        "-mod=readonly",
        "-trimpath",
        "-ldflags=-s -w -X github.com/prometheus/common/version.Version=3.16.0",
        "-tags=netgo,remove_all_sd",
    )


def test_collector_is_generated_by_its_pinned_builder(
    collector: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    assert collector.recipe is not None
    sources = prepare(collector.recipe, _go(write_program("go", GO), tmp_path))
    assert (tmp_path / "builder").read_text(encoding="utf-8") == (
        "run go.opentelemetry.io/collector/cmd/builder@v0.161.0 "
        f"--config {tmp_path}/manifest.yaml --skip-compilation\n"
    )
    assert (sources.directory, sources.packages) == (tmp_path / "collector", (".",))


def test_manifest_lists_every_component_under_its_section(collector: Engine) -> None:
    assert isinstance(collector.recipe, CollectorBuild)
    manifest = yaml.safe_load(collector_manifest(collector.recipe))
    distribution = manifest.pop("dist")
    assert (distribution["name"], distribution["version"]) == ("otelcol", "0.161.0")
    assert {name: len(components) for name, components in manifest.items()} == {
        "receivers": 1,
        "processors": 8,
        "connectors": 3,
        "exporters": 5,
        "extensions": 3,
        "providers": 3,
    }
    assert manifest["receivers"] == [
        {"gomod": "go.opentelemetry.io/collector/receiver/otlpreceiver v0.161.0"}
    ]
