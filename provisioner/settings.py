"""What does the person want? `stack.yaml`, `.env` and the environment, merged and checked.

Later sources win: defaults, `stack.yaml`, `.env`, environment. The files are the person's: they
are read, never written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from provisioner.errors import Problem, SettingsError
from provisioner.settings_files import read_dotenv, read_yaml
from provisioner.settings_model import (
    Collector,
    Gateway,
    Grafana,
    Key,
    Loki,
    Ports,
    Prometheus,
    RuntimeName,
    Settings,
    environment_names,
)

__all__ = [
    "Collector",
    "Gateway",
    "Grafana",
    "Loki",
    "Ports",
    "Prometheus",
    "RuntimeName",
    "Settings",
    "environment_names",
    "load_settings",
]

FILE_NAME = "stack.yaml"
DOTENV_NAME = ".env"
FOREIGN_PREFIXES = ("COMPOSE_", "DOCKER_", "CLAUDE_", "OTEL_")


def load_settings(root: Path, environ: Mapping[str, str]) -> Settings:
    """Settings of the stack whose checkout is `root`.

    Raises SettingsError with every problem of every source at once.
    """
    merged: dict[str, Any] = {}
    sources: dict[Key, str] = {}
    problems: list[Problem] = []
    names = environment_names()
    dotenv_values = read_dotenv(root / DOTENV_NAME, problems)
    problems += _unknown_variables(dotenv_values, names)
    for source, values in (
        (FILE_NAME, dict(_flatten(read_yaml(root / FILE_NAME, problems)))),
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
