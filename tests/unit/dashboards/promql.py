"""Which series, labels and variables does a PromQL text name?

Read with patterns, so that the contract is checked without an engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_NO_SERIES = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\boffset\s+-?[\w$]+")
_NAME = re.compile(r"(?<![\w:$])[a-zA-Z_:][\w:]*\b(?!\s*\()")
_KEYWORDS = frozenset({"or", "and", "unless", "bool", "group_left", "group_right"})
_VARIABLE = re.compile(r"\$\{?([a-z]\w*)")
_LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A series and the labels that its braces match."""

    series: str
    labels: frozenset[str]


def selectors(expr: str) -> list[Selector]:
    """Every series that is narrowed by braces, in reading order."""
    return [
        Selector(series=series, labels=frozenset(_MATCHER.findall(matchers)))
        for series, matchers in _SELECTOR.findall(_STRING.sub('""', expr))
    ]


def series_of(expr: str) -> set[str]:
    """Every series, with braces or without."""
    bare = _NO_SERIES.sub(" ", _GROUPING.sub(" ", _STRING.sub('""', expr)))
    return set(_NAME.findall(bare)) - _KEYWORDS


def grouped_by(expr: str) -> set[str]:
    """Every label of a `by (...)` and its like."""
    lists = _GROUPING.findall(expr)
    return {label.strip() for labels in lists for label in labels.split(",") if label.strip()}


def variables_of(expr: str) -> set[str]:
    """Every variable of the board; Grafana's own begin with two underscores."""
    return set(_VARIABLE.findall(expr))


def legend_labels(legend: str) -> set[str]:
    """Every label that a legend shows."""
    return set(_LEGEND.findall(legend))
