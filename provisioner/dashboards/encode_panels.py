"""How does Grafana write a panel down? What each kind of panel looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from provisioner.dashboards.model import FILTERS, uid_of
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Events,
    Heatmap,
    Key,
    Kind,
    Level,
    Lines,
    Link,
    Panel,
    Query,
    Ranking,
    Source,
    Stat,
    Table,
    Unit,
)

Json = dict[str, Any]

NO_DATA = "No data in this range. First time? source setup-env.sh"
SOURCE_VARIABLES = {Source.PROMETHEUS: "metrics", Source.LOKI: "events"}
"""The variables by which a person chooses among data sources of a kind."""

# About sixty bars: then every step that Grafana may choose for up to 400 days divides a day.
_MAX_BARS = 60
_SHORTEST_BAR = "1m"
_MOST_EVENTS = 200

# A total is written out in full, with its decimals; an axis has room for a short form only.
_EXACT: dict[Unit, tuple[str, int]] = {
    Unit.USD: ("currency:financial:$", 2),
    Unit.USD_PER_HOUR: ("currency:financial:$", 2),
    Unit.TOKENS: ("locale", 0),
    Unit.TOKENS_PER_SECOND: ("locale", 1),
    Unit.LINES: ("locale", 0),
    Unit.COUNT: ("locale", 0),
    Unit.DECIMAL: ("locale", 1),
    Unit.PER_HOUR: ("locale", 1),
    Unit.SHARE: ("percentunit", 1),
    Unit.SECONDS: ("s", 1),
    Unit.BYTES: ("bytes", 1),
}
_SHORT: dict[Unit, str] = {
    Unit.USD: "currencyUSD",
    Unit.USD_PER_HOUR: "currencyUSD",
    Unit.TOKENS: "short",
    Unit.TOKENS_PER_SECOND: "short",
    Unit.LINES: "short",
    Unit.COUNT: "short",
    Unit.DECIMAL: "short",
    Unit.PER_HOUR: "short",
    Unit.SHARE: "percentunit",
    Unit.SECONDS: "s",
    Unit.BYTES: "bytes",
}

# What is good or bad, or is named in no other way than these, has a colour of its own everywhere.
_COLORS = {
    "accept": "green",
    "added": "green",
    "error": "red",
    "ok": "green",
    "refused": "orange",
    "reject": "red",
    "removed": "red",
    "input": "blue",
    "output": "purple",
    "cacheRead": "super-light-blue",
    "cacheCreation": "yellow",
    "before": "text",
}


def encode_panel(panel: Panel) -> Json:
    """A panel without its place: what it asks, and how it shows the answer."""
    encoder: Callable[[Any], Json] = _ENCODERS[type(panel)]
    return encoder(panel) | {
        "title": panel.title,
        "description": panel.why,
        "datasource": data_source(panel.questions[0].source),
        "targets": [_target(panel, query, index) for index, query in enumerate(panel.questions)],
    }


def data_source(source: Source) -> Json:
    """The data source of a kind that the person chose; at first the stack's own."""
    return {"type": source.value, "uid": f"${{{SOURCE_VARIABLES[source]}}}"}


def target(query: Query, index: int = 0) -> Json:
    """A query as Grafana writes it down."""
    kind: Json = {"queryType": "instant" if query.kind is Kind.INSTANT else "range"}
    if query.source is Source.PROMETHEUS:
        kind = {"instant": query.kind is Kind.INSTANT, "range": query.kind is Kind.RANGE}
    return kind | {
        "datasource": data_source(query.source),
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "refId": chr(ord("A") + index),
    }


def _target(panel: Panel, query: Query, index: int) -> Json:
    shape: Json = {}
    if isinstance(panel, Heatmap):
        shape = {"format": "heatmap"}
    if isinstance(panel, Table) and query.source is Source.PROMETHEUS:
        shape = {"format": "table"}
    return target(query, index) | shape


def _stat(panel: Stat) -> Json:
    defaults = _exact(panel.unit) | {
        "noValue": NO_DATA,
        "color": _color(panel.queries, panel.levels),
        "mappings": _mappings(panel),
        "thresholds": _thresholds(panel.levels),
    }
    calendar = {"timeFrom": panel.since, "hideTimeOverride": True} if panel.since else {}
    return calendar | {
        "type": "stat",
        "fieldConfig": {"defaults": defaults, "overrides": _name_colors(panel.queries)},
        "options": {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "reduceOptions": _last_value(),
            "textMode": "value_and_name" if _has_names(panel.queries) else "value",
        },
    }


def _ranking(panel: Ranking) -> Json:
    defaults = _exact(panel.unit) | {
        "min": 0,
        "noValue": NO_DATA,
        "color": _color(panel.queries),
    }
    return {
        "type": "bargauge",
        "fieldConfig": {"defaults": defaults, "overrides": _name_colors(panel.queries)},
        "options": {
            "displayMode": "basic",
            "maxVizHeight": 40,
            "minVizHeight": 16,
            "namePlacement": "top",
            "orientation": "horizontal",
            "reduceOptions": _last_value(),
            "showUnfilled": False,
            "sizing": "auto",
            "valueMode": "text",
        },
    }


def _bars(panel: Bars) -> Json:
    custom = {
        "drawStyle": "bars",
        "barAlignment": 1,
        "barWidthFactor": 0.9,
        "fillOpacity": 80,
        "lineWidth": 0,
        "showPoints": "never",
        "stacking": {"group": "A", "mode": "normal"},
    }
    return _over_time(panel, custom)


def _lines(panel: Lines) -> Json:
    custom = {
        "drawStyle": "line",
        "fillOpacity": 8,
        "lineInterpolation": "linear",
        "lineWidth": 2,
        "showPoints": "auto",
        "pointSize": 4,
        "spanNulls": True,
        "stacking": {"group": "A", "mode": "none"},
    }
    return _over_time(panel, custom)


def _over_time(panel: Bars | Lines, custom: Json) -> Json:
    # No `noValue` here: it would fill the tooltip with a line for each series without a value.
    # A height means something only from zero on.
    defaults = {
        "unit": _SHORT[panel.unit],
        "min": 0,
        "color": _color(panel.queries),
        "custom": custom,
    }
    return {
        "type": "timeseries",
        "interval": _SHORTEST_BAR,
        "maxDataPoints": _MAX_BARS,
        "fieldConfig": {"defaults": defaults, "overrides": _name_colors(panel.queries)},
        "options": {
            "legend": {
                "calcs": [],
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": _has_names(panel.queries),
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _heatmap(panel: Heatmap) -> Json:
    return {
        "type": "heatmap",
        "interval": _SHORTEST_BAR,
        "maxDataPoints": _MAX_BARS,
        "fieldConfig": {"defaults": {}, "overrides": []},
        "options": {
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": _SHORT[panel.unit], "decimals": 0},
            "color": {"mode": "scheme", "scheme": "Blues", "steps": 64, "exponent": 0.5},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "tooltip": {"mode": "single", "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "unit": "s", "reverse": False},
        },
    }


def _table(panel: Table) -> Json:
    values = [f"Value #{chr(ord('A') + index)}" for index in range(len(panel.columns))]
    if len(values) == 1 and panel.columns[0].query.source is Source.PROMETHEUS:
        values = ["Value"]
    names = [key.label for key in panel.keys] + values
    titles = [key.title for key in panel.keys] + [column.title for column in panel.columns]
    first = panel.columns[0].title
    return {
        "type": "table",
        "fieldConfig": {
            "defaults": {"noValue": "", "custom": {"align": "auto", "filterable": False}},
            "overrides": [
                *(_key_override(key) for key in panel.keys if key.link),
                *(_column_override(column) for column in panel.columns),
            ],
        },
        "options": {
            "cellHeight": "sm",
            "showHeader": True,
            "sortBy": [{"displayName": first, "desc": True}],
        },
        "transformations": [
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": {name: place for place, name in enumerate(names)},
                    "renameByName": dict(zip(names, titles, strict=True)),
                },
            },
        ],
    }


def _events(panel: Events) -> Json:
    return {
        "type": "logs",
        "options": {
            "dedupStrategy": "none",
            "enableLogDetails": True,
            "showTime": True,
            "sortOrder": "Ascending" if panel.is_story else "Descending",
            "wrapLogMessage": True,
        },
        "maxDataPoints": _MOST_EVENTS,
    }


def _key_override(key: Key) -> Json:
    assert key.link is not None
    return _override(key.title, {"links": [_link(key.link)]})


def _link(link: Link) -> Json:
    filters = "&".join(f"${{{each.label}:queryparam}}" for each in FILTERS)
    chosen = f"var-{link.text}=${{__value.raw:percentencode}}"
    url = f"/d/{uid_of(link.board)}?{chosen}&${{__url_time_range}}&{filters}"
    return {"title": link.title, "url": url}


def _column_override(column: Column) -> Json:
    properties: Json = _exact(column.unit) | {"custom.align": "right"}
    if column.levels:
        properties |= {
            "thresholds": _thresholds(column.levels),
            "color": {"mode": "thresholds"},
            "custom.cellOptions": {"type": "color-text"},
        }
    return _override(column.title, properties)


def _override(field: str, properties: Json) -> Json:
    return {
        "matcher": {"id": "byName", "options": field},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def _exact(unit: Unit) -> Json:
    text, decimals = _EXACT[unit]
    return {"unit": text, "decimals": decimals}


def _color(queries: Sequence[Query], levels: Sequence[Level] = ()) -> Json:
    """One colour for one name on every panel; a lone total is neither good nor bad."""
    if levels:
        return {"mode": "thresholds"}
    if _has_names(queries):
        return {"mode": "palette-classic-by-name"}
    return {"mode": "fixed", "fixedColor": "text"}


def _name_colors(queries: Sequence[Query]) -> list[Json]:
    if not _has_names(queries):
        return []
    fixed = {"mode": "fixed"}
    return [
        _override(name, {"color": fixed | {"fixedColor": color}}) for name, color in _COLORS.items()
    ]


def _thresholds(levels: Sequence[Level]) -> Json:
    base = {"value": None, "color": levels[0].tone.value if levels else "text"}
    steps = [{"value": level.at, "color": level.tone.value} for level in levels[1:]]
    return {"mode": "absolute", "steps": [base, *steps]}


def _mappings(panel: Stat) -> list[Json]:
    if not panel.words:
        return []
    words = {str(number): {"text": text} for number, text in panel.words.items()}
    return [{"type": "value", "options": words}]


def _last_value() -> Json:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def _has_names(queries: Sequence[Query]) -> bool:
    return any(query.legend for query in queries)


_ENCODERS: dict[type, Callable[[Any], Json]] = {
    Stat: _stat,
    Ranking: _ranking,
    Bars: _bars,
    Lines: _lines,
    Heatmap: _heatmap,
    Table: _table,
    Events: _events,
}
