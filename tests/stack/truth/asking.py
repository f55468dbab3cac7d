"""What does a panel's query answer? Asked as Grafana asks it, over one span of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisioner.backends import Loki, Prometheus, Sample
from provisioner.dashboards.panels import Bars, Heatmap, Kind, Lines, Panel, Query, Source
from provisioner.dashboards.queries import runnable
from tests.stack.truth.arithmetic import Answer, key_of
from tests.stack.truth.said import one_line

SECOND_NS = 10**9
MOST_LINES = 5000

Variables = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when, in whole steps since the epoch, and how long a bar is."""

    start: int
    end: int
    step: int

    @property
    def seconds(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Puts the queries of panels to the two stores."""

    prometheus: Prometheus
    loki: Loki
    span: Span

    def ask(self, panel: Panel, query: Query, variables: Variables) -> Answer | list[str]:
        """What a query of a panel gives when these are chosen."""
        match panel:
            case Bars() | Heatmap():
                return _added(self.steps(panel, query, variables))
            case Lines():
                return self._line(panel, query, variables)
            case _ if query.kind is Kind.EVENTS:
                return self.lines(query, variables)
            case _:
                return _by_labels(self._instant(query, variables))

    def _instant(self, query: Query, variables: Variables) -> list[Sample]:
        expr = self._runnable(query, variables, self.span.step)
        return self._at(query.source, expr, self.span.end)

    def _at(self, source: Source, expr: str, at: int) -> list[Sample]:
        if source is Source.LOKI:
            return self.loki.query(expr, at * SECOND_NS)
        return self.prometheus.query(expr, at)

    def steps(self, panel: Panel, query: Query, variables: Variables) -> list[Sample]:
        """All bars that a person sees: a cell of a heat map holds what was before its time."""
        expr = self._runnable(query, variables, self.span.step)
        samples = self._range(query.source, expr, self.span)
        is_before = isinstance(panel, Heatmap)
        return [each for each in samples if each.at > self.span.start or not is_before]

    def _line(self, panel: Panel, query: Query, variables: Variables) -> Answer:
        """The last point of a line that adds up, else the point of a step as long as the range."""
        if panel.title.startswith("Cumulative"):
            expr = self._runnable(query, variables, self.span.step)
            samples = self._range(query.source, expr, self.span)
            return _by_labels(each for each in samples if each.at == self.span.end)
        expr = self._runnable(query, variables, self.span.seconds)
        return _by_labels(self._at(query.source, expr, self.span.start))

    def _range(self, source: Source, expr: str, span: Span) -> list[Sample]:
        if source is Source.LOKI:
            times = (span.start * SECOND_NS, span.end * SECOND_NS)
            return self.loki.query_range(expr, *times, span.step)
        return self.prometheus.query_range(expr, span.start, span.end, span.step)

    def latest(self, query: Query) -> Answer:
        """What Prometheus says of each series at the end."""
        expr = self._runnable(query, {}, self.span.step)
        return _by_labels(self._range(query.source, expr, self.span))

    def lines(self, query: Query, variables: Variables) -> list[str]:
        """Events as they are written, with their levels, in the order of the alphabet."""
        expr = self._runnable(query, variables, self.span.step)
        times = (self.span.start * SECOND_NS, self.span.end * SECOND_NS)
        entries = self.loki.entries(expr, *times, MOST_LINES)
        return sorted(one_line(each.attributes["level"], each.line) for each in entries)

    def _runnable(self, query: Query, variables: Variables, step: int) -> str:
        return runnable(query.expr, self.span.seconds, step, variables, self.span.start)


def _by_labels(samples: Iterable[Sample]) -> Answer:
    found = {key_of(sample.labels): sample.value for sample in samples}
    # An empty answer and a missing one look the same on a panel, but not a number that is none.
    assert all(value == value for value in found.values()), found  # noqa: PLR0124 - NaN alone differs
    return found


def _added(samples: Iterable[Sample]) -> Answer:
    found: dict[tuple[tuple[str, str], ...], float] = defaultdict(float)
    for sample in samples:
        found[key_of(sample.labels)] += sample.value
    return dict(found)
