"""How are amounts asked for? Every PromQL text of the boards is made here.

An amount's samples are what was spent since the previous sample, so a total is a sum over time.
A filter is applied only when all series of the query have its label: a share of two differently
filtered sums would mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisioner.dashboards.model import ALL, FILTERS
from provisioner.telemetry import AMOUNTS, PLAN_RESETS, PLAN_USED

_LABELS = {amount.name: amount.all_labels for amount in AMOUNTS}
_REFERENCE = re.compile(r"\$\{?(\w+)\}?")
_REGEX_CHARACTER = re.compile(r"[$^*{}\[\]+?.()|]")
_SCRAPE_SECONDS = 10
_DURATIONS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))

# What led to the first amount of a session, and what followed the last.
_AROUND_MS = 3_600_000

_RANGE = "[$__range]"
_RANGE_BEFORE = "[$__range] offset $__range"
# A bar at t holds (t, t + step]. Without the negative offset it would hold (t - step, t]: a bar
# too many from before the range, and none for its newest part.
_STEP = "[$__interval] offset -$__interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Some samples of a series: those whose labels have the given values, one or one of several."""

    series: str
    where: Mapping[str, str | tuple[str, ...]]

    @property
    def labels(self) -> frozenset[str]:
        return _LABELS[self.series]


def of(series: str, **where: str | tuple[str, ...]) -> Amounts:
    """The samples of a series, narrowed by labels."""
    return Amounts(series=series, where=where)


def total(amounts: Amounts) -> str:
    """All that was spent in the range; nothing at all when nothing was recorded."""
    return f"sum({_over(amounts, _RANGE)})"


def total_before(amounts: Amounts) -> str:
    """All that was spent in the range before, which is as long."""
    return f"sum({_over(amounts, _RANGE_BEFORE)})"


def total_by(amounts: Amounts, *labels: str) -> str:
    """The range's total for each value of the labels, the largest first."""
    return f"sort_desc(sum by ({', '.join(labels)}) ({_over(amounts, _RANGE)}))"


def top_by(count: int, amounts: Amounts, *labels: str) -> str:
    """The largest totals of the range, the largest first."""
    return f"sort_desc(topk({count}, sum by ({', '.join(labels)}) ({_over(amounts, _RANGE)})))"


def or_proven_zero(expr: str, witness: Amounts) -> str:
    """Zero instead of nothing, where a witness shows that telemetry of the same kind arrived."""
    return f"{expr} or 0 * {total(witness)}"


def distinct(amounts: Amounts, label: str) -> str:
    """How many values of a label spent something in the range."""
    return f"count(sum by ({label}) ({_over(amounts, _RANGE)}) > 0)"


def distinct_before(amounts: Amounts, label: str) -> str:
    """How many values of a label spent something in the range before."""
    return f"count(sum by ({label}) ({_over(amounts, _RANGE_BEFORE)}) > 0)"


def share(part: Amounts, whole: Amounts) -> str:
    """Which part of the whole the range has: 0 to 1, and nothing where there is no whole."""
    return _quotient(part, whole, "sum", _RANGE)


def share_by(part: Amounts, whole: Amounts, *labels: str) -> str:
    """The share for each value of the labels; 0 where a value has a whole and no part."""
    by = f"sum by ({', '.join(labels)})"
    whole_by = f"{by} ({_over(whole, _RANGE, part)})"
    return f"({by} ({_over(part, _RANGE, whole)}) or 0 * {whole_by}) / ({whole_by} > 0)"


def mean(sums: Amounts, counts: Amounts) -> str:
    """A total for each one of what is counted; nothing where nothing was counted."""
    return _quotient(sums, counts, "sum", _RANGE)


def mean_by(sums: Amounts, counts: Amounts, label: str) -> str:
    """A total for each one of what is counted, by a label."""
    return _quotient(sums, counts, f"sum by ({label})", _RANGE)


def mean_bars_by(sums: Amounts, counts: Amounts, label: str) -> str:
    """The mean of each step, by a label."""
    return _quotient(sums, counts, f"sum by ({label})", _STEP)


def mean_of_distinct(sums: Amounts, counted: Amounts, label: str) -> str:
    """A total for each value of a label that spent something."""
    return f"sum({_over(sums, _RANGE, counted)}) / {distinct(counted, label)}"


def an_hour(amounts: Amounts) -> str:
    """What an hour of the range cost on average, idle ones among them."""
    return f"{total(amounts)} / ($__range_s / 3600)"


def projected_month(amounts: Amounts) -> str:
    """What the month comes to if it goes on as since its first day; asked for that range."""
    return f"{total(amounts)} / $__range_s * 86400 * days_in_month()"


def bars_by(amounts: Amounts, *labels: str) -> str:
    """What was spent in each step."""
    return f"sum by ({', '.join(labels)}) ({_over(amounts, _STEP)})"


def bars(amounts: Amounts) -> str:
    """What was spent in each step, by nothing."""
    return f"sum({_over(amounts, _STEP)})"


def bars_an_hour_by(amounts: Amounts, label: str) -> str:
    """What was spent in each step, as if it went on for an hour."""
    return f"{bars_by(amounts, label)} / ($__interval_ms / 3600000)"


def cumulative_by(amounts: Amounts, label: str) -> str:
    """What had been spent at the end of each step since the first bar of the range.

    The bars are added up; those that begin before the first one of the range are masked.
    """
    in_range = "vector(time()) > ($__from - $__interval_ms) / 1000"
    shown = f"{bars_by(amounts, label)} and on () ({in_range})"
    return f"sum_over_time(({shown})[$__interval$__range:$__interval])"


def finished_bars_by(amounts: Amounts, label: str) -> str:
    """What was spent in each step that has ended: a heat map's cell at t holds (t - step, t]."""
    return f"sum by ({label}) ({_over(amounts, '[$__interval]')})"


def plan_limits() -> str:
    """Which part of each of a plan's limits is used, by window and user; the most used first.

    The last word about a limit outlives it on the scrape endpoint, so it counts until the reset.
    """
    used, resets = (
        f'max by (window, user) ({limit.name}{{user=~"$user"}})'
        for limit in (PLAN_USED, PLAN_RESETS)
    )
    return f"sort_desc({used} and on (window, user) ({resets} > time()))"


def seen_from(amounts: Amounts, *labels: str) -> str:
    """An hour before the first step of the range in which something was spent, by labels."""
    seen = _seen(amounts, *labels)
    first = f"min_over_time(({seen})[$__range:$__interval]) or ({seen})"
    return f"({first}) * 1000 - $__interval_ms - {_AROUND_MS}"


def seen_until(amounts: Amounts, *labels: str) -> str:
    """An hour after the last step of the range in which something was spent, by labels."""
    seen = _seen(amounts, *labels)
    last = f"({seen}) or max_over_time(({seen})[$__range:$__interval])"
    return f"({last}) * 1000 + {_AROUND_MS}"


def _seen(amounts: Amounts, *labels: str) -> str:
    """The end of the step, where something was spent in it.

    Steps are counted from the epoch: the last one of a range ends with it and laps over another.
    """
    spent = _over(amounts, "[$__interval]")
    return f"sum by ({', '.join(labels)}) ({spent}) * 0 + time()"


def quantile_by(quantile: float, buckets: Amounts, *labels: str) -> str:
    """How long the quantile's slowest took in the range, by labels."""
    by = ", ".join(("le", *labels))
    return f"histogram_quantile({quantile}, sum by ({by}) ({_over(buckets, _RANGE)}))"


def quantile_bars_by(quantile: float, buckets: Amounts, *labels: str) -> str:
    """How long the quantile's slowest took in each step, by labels."""
    by = ", ".join(("le", *labels))
    return f"histogram_quantile({quantile}, sum by ({by}) ({_over(buckets, _STEP)}))"


def runnable(
    expr: str,
    range_seconds: int,
    step_seconds: int,
    variables: Mapping[str, Sequence[str]],
    start: float = 0.0,
) -> str:
    """The text that Grafana would send: its variables replaced, those not given by all values."""
    builtin = {
        "__from": f"{start * 1000:.0f}",
        "__range": f"{range_seconds}s",
        "__range_s": f"{range_seconds}",
        "__interval": _duration(step_seconds),
        "__interval_ms": f"{step_seconds * 1000}",
        "__rate_interval": f"{max(step_seconds + _SCRAPE_SECONDS, 4 * _SCRAPE_SECONDS)}s",
        "__auto": _duration(step_seconds),
    }

    def value(reference: re.Match[str]) -> str:
        name = reference[1]
        return builtin[name] if name.startswith("__") else _alternatives(variables.get(name, ()))

    return _REFERENCE.sub(value, expr)


def _over(amounts: Amounts, window: str, *beside: Amounts) -> str:
    """The sums of the window, narrowed by the filters that all series of the query have."""
    shared = amounts.labels.intersection(*(each.labels for each in beside))
    filters = [f'{each.label}=~"${each.label}"' for each in FILTERS if each.label in shared]
    chosen = [_matcher(label, value) for label, value in amounts.where.items()]
    return f"sum_over_time({amounts.series}{{{','.join((*chosen, *filters))}}}{window})"


def _matcher(label: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f'{label}=~"{"|".join(value)}"'
    return f'{label}="{value}"'


def _quotient(above: Amounts, below: Amounts, aggregation: str, window: str) -> str:
    numerator = f"{aggregation} ({_over(above, window, below)})"
    return f"{numerator} / ({aggregation} ({_over(below, window, above)}) > 0)"


def _duration(seconds: int) -> str:
    unit, length = next(each for each in _DURATIONS if seconds % each[1] == 0)
    return f"{seconds // length}{unit}"


def _alternatives(values: Sequence[str]) -> str:
    escaped = [_escaped(value) for value in values]
    if not escaped:
        return ALL
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escaped(value: str) -> str:
    """As Grafana does it: once for the regular expression, and once for the string it stands in."""
    return _REGEX_CHARACTER.sub(r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))
