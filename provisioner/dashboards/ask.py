"""How does a board put a text to a store? Short words, because every panel needs them."""

from __future__ import annotations

from provisioner.dashboards.panels import Kind, Query, Source


def now(expr: str, legend: str = "") -> Query:
    """One value at the end of the range."""
    return Query(expr=expr, kind=Kind.INSTANT, legend=legend)


def over_time(expr: str, legend: str = "") -> Query:
    """A value for each step of the range."""
    return Query(expr=expr, kind=Kind.RANGE, legend=legend)


def now_from_events(expr: str, legend: str = "") -> Query:
    """One value at the end of the range, counted from events."""
    return Query(expr=expr, kind=Kind.INSTANT, legend=legend, source=Source.LOKI)


def over_time_from_events(expr: str, legend: str = "") -> Query:
    """A value for each step of the range, counted from events."""
    return Query(expr=expr, kind=Kind.RANGE, legend=legend, source=Source.LOKI)


def lines(expr: str) -> Query:
    """Events of the range."""
    return Query(expr=expr, kind=Kind.EVENTS, source=Source.LOKI)
