"""How are amounts asked for? Every PromQL text of the boards is made here.

An amount's samples are what was spent since the previous sample, so a total is a sum over time.
A filter is applied only to series that have its label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from provisioner.telemetry import AMOUNTS

FILTERS = ("user", "project", "model")
"""Variables of a board; each is named after the label that it filters."""

ALL = ".*"
"""What a variable becomes when everything is chosen."""

_LABELS = {amount.name: amount.all_labels for amount in AMOUNTS}
_REFERENCE = re.compile(r"\$\{?(\w+)\}?")
_REGEX_CHARACTER = re.compile(r"[$^*{}\[\]+?.()|]")
_SCRAPE_SECONDS = 10


def selector(series: str) -> str:
    """The series, narrowed by those filters whose label it has."""
    filters = (f'{label}=~"${label}"' for label in FILTERS if label in _LABELS[series])
    return f"{series}{{{','.join(filters)}}}"


def total(series: str) -> str:
    """All that was spent in the range; nothing at all when nothing was recorded."""
    return f"sum({_in_range(series)})"


def total_by(series: str, label: str) -> str:
    """The range's total for each value of a label, the largest first."""
    return f"sort_desc(sum by ({label}) ({_in_range(series)}))"


def total_or_proven_zero(series: str, witness: str) -> str:
    """The total, or zero where `witness` shows that telemetry of the same kind did arrive."""
    return f"{total(series)} or 0 * {total(witness)}"


def distinct(series: str, label: str) -> str:
    """How many values of a label spent something in the range."""
    return f"count(sum by ({label}) ({_in_range(series)}) > 0)"


def bars_by(series: str, label: str) -> str:
    """What was spent in each step, so that the bar at t holds (t, t + step].

    Without the negative offset it would hold (t - step, t]: a bar too many from before the range,
    and none for its newest part.
    """
    step = f"sum_over_time({selector(series)}[$__interval] offset -$__interval)"
    return f"sum by ({label}) ({step})"


def runnable(
    expr: str,
    range_seconds: int,
    interval_seconds: int,
    variables: Mapping[str, Sequence[str]],
) -> str:
    """The text that Grafana would send: its variables replaced, those not given by all values."""
    builtin = {
        "__range": f"{range_seconds}s",
        "__interval": f"{interval_seconds}s",
        "__rate_interval": f"{max(interval_seconds + _SCRAPE_SECONDS, 4 * _SCRAPE_SECONDS)}s",
    }

    def value(reference: re.Match[str]) -> str:
        name = reference[1]
        return builtin[name] if name.startswith("__") else _alternatives(variables.get(name, ()))

    return _REFERENCE.sub(value, expr)


def _in_range(series: str) -> str:
    return f"sum_over_time({selector(series)}[$__range])"


def _alternatives(values: Sequence[str]) -> str:
    escaped = [_escaped(value) for value in values]
    if not escaped:
        return ALL
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escaped(value: str) -> str:
    """As Grafana does it: once for the regular expression, and once for the string it stands in."""
    return _REGEX_CHARACTER.sub(r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))
