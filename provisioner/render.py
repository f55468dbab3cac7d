"""Which files do the engines get? Settings and placement in, a tree of texts out.

Pure: the same input gives the same bytes. A variable that a template misses is an error, and each
result is parsed back before it may become an artifact.
"""

from __future__ import annotations

import configparser
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import jinja2
import yaml

from provisioner import redact, telemetry
from provisioner.client_env import client_shell_file
from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.encode import encode
from provisioner.errors import ArtifactRejected
from provisioner.model_names import MODEL_DECORATIONS
from provisioner.placement import ENGINES, LOOPBACK, Placement
from provisioner.settings import Settings

SUFFIX = ".j2"
MAIN_CONFIGS = (
    "collector/config.yaml",
    "grafana/grafana.ini",
    "loki/config.yaml",
    "prometheus/prometheus.yaml",
)
"""What the engines are started with, so that a checkout without it is incomplete."""

Artifacts = Mapping[str, str]
"""Rendered files: path below `build/` → text. The first folder of a path is its engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """All that rendering depends on."""

    settings: Settings
    placement: Placement
    with_grafana: bool


def render(stack: Stack, root: Path) -> Artifacts:
    """Every config of the stack, from the templates below `root`.

    Raises ArtifactRejected when a template is broken or its result does not parse.
    """
    paths = sorted({*_templates(root), *MAIN_CONFIGS})
    artifacts = {path: _render_template(path, stack, root) for path in paths}
    for dashboard in DASHBOARDS:
        artifacts[f"grafana/dashboards/{dashboard.name}.json"] = encode(dashboard)
    artifacts["client.sh"] = client_shell_file(stack.settings)
    for path, text in artifacts.items():
        _parse_back(path, text)
    return dict(sorted(artifacts.items()))


def _templates(root: Path) -> list[str]:
    found = (path for folder in ENGINES for path in (root / folder).rglob(f"*{SUFFIX}"))
    return sorted(path.relative_to(root).as_posix().removesuffix(SUFFIX) for path in found)


def _render_template(path: str, stack: Stack, root: Path) -> str:
    try:
        template = _environment(root).get_template(path + SUFFIX)
        text = template.render(
            settings=stack.settings,
            at=stack.placement,
            with_grafana=stack.with_grafana,
            telemetry=telemetry,
            secrets=redact.PATTERNS,
            model_decorations=MODEL_DECORATIONS,
            amounts=tuple(telemetry.amounts(session_series=stack.settings.session_series)),
        )
    except _BROKEN as error:
        raise ArtifactRejected(path + SUFFIX, _in_template(error)) from error
    return text.strip() + "\n"


_BROKEN = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What a template can raise: its expressions are code."""


def _in_template(error: Exception) -> str:
    """What is wrong, and where; Jinja gives its frames the names and lines of templates."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"line {error.lineno}: {error.message}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(SUFFIX)]
    place = f"line {lines[-1]}: " if lines else ""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"{place}there is no template {error.name}"
    return f"{place}{error}"


@cache  # it keeps what it has compiled, and looks whether a file has changed
def _environment(root: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - YAML and INI, never HTML
    )
    environment.filters["host"] = lambda address: address.rpartition(":")[0]
    environment.filters["port"] = lambda address: address.rpartition(":")[2]
    environment.filters["ottl"] = _ottl
    environment.filters["loopback"] = lambda address: f"{LOOPBACK}:{address.rpartition(':')[2]}"
    return environment


def _ottl(text: str) -> str:
    """A string of OTTL; what looks like a variable of the collector's is none."""
    escaped = text.replace("\\", "\\\\").replace("${", "$${")
    return f'"{escaped}"'


def _read_ini(text: str) -> object:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def _read_yaml(text: str) -> object:
    # libyaml, where it is there, is ten times as fast and as safe.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".yaml": _read_yaml,
    ".ini": _read_ini,
}


def _parse_back(path: str, text: str) -> None:
    parser = _PARSERS.get(PurePosixPath(path).suffix)
    try:
        parsed = parser(text) if parser else text
    except (yaml.YAMLError, ValueError, configparser.Error) as error:
        raise ArtifactRejected(path, " ".join(str(error).split())) from error
    if not parsed:
        raise ArtifactRejected(path, "the template rendered nothing")
