"""What do stack.yaml and .env say? Whatever keeps one from being read is a problem among others."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import yaml
from dotenv.parser import Original, parse_stream

from provisioner.errors import Problem


def read_yaml(path: Path, problems: list[Problem]) -> Mapping[str, object]:
    """The mapping in a YAML file; empty when there is no file."""
    try:
        content = yaml.safe_load(_text(path, problems))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        problems.append(_whole_file(path, f"YAML ({reason})"))
        return {}
    if content is None:
        return {}
    if not isinstance(content, dict):
        problems.append(_whole_file(path, "a mapping of settings"))
        return {}
    return content


def read_dotenv(path: Path, problems: list[Problem]) -> dict[str, str]:
    """The variables in a .env file; empty when there is no file."""
    values: dict[str, str] = {}
    for line in parse_stream(io.StringIO(_text(path, problems))):
        if line.error or (line.key is not None and line.value is None):
            problems.append(_no_variable(path, line.original))
        elif line.key is not None:
            values[line.key] = line.value or ""
    return values


def _text(path: Path, problems: list[Problem]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        problems.append(_whole_file(path, f"text in UTF-8 ({error.reason} at byte {error.start})"))
    except OSError as error:
        problems.append(_whole_file(path, f"a file that can be read ({error.strerror})"))
    return ""


def _no_variable(path: Path, original: Original) -> Problem:
    """What is wrong with a line; empty lines before it are part of the original."""
    text = original.string.lstrip()
    before = original.string[: len(original.string) - len(text)].count("\n")
    return Problem(
        source=path.name,
        key=f"line {original.line + before}",
        value=text.rstrip(),
        expected="NAME=value, or # before a comment",
    )


def _whole_file(path: Path, expected: str) -> Problem:
    return Problem(source=path.name, key="the file", value=None, expected=expected)
