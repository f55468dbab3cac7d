"""How does Grafana write a panel down? What each kind of panel looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from provisioner.dashboards.encode_fields import (
    Json,
    exact,
    has_names,
    mappings,
    name,
    name_colors,
    override,
    plain,
    short,
    thresholds,
)
from provisioner.dashboards.encode_links import encode_board, encode_link
from provisioner.dashboards.panels import (
    Bars,
    Column,
    Events,
    Heatmap,
    Key,
    Kind,
    Lines,
    Panel,
    Query,
    Ranking,
    Source,
    Stat,
    Table,
)

SOURCE_VARIABLES = {Source.PROMETHEUS: "metrics", Source.LOKI: "events"}
"""The variables by which a person chooses among data sources of a kind."""

# About sixty bars: then every step that Grafana may choose for up to 400 days divides a day.
_MAX_BARS = 60
_SHORTEST_BAR = "1m"


def encode_panel(panel: Panel, empty: str) -> Json:
    """A panel without its place: what it asks, and how it shows the answer or that it is empty."""
    encoder: Callable[[Any], Json] = _ENCODERS[type(panel)]
    encoded = encoder(panel)
    if isinstance(panel, Stat | Ranking):
        own = panel.empty if isinstance(panel, Stat) else ""
        encoded["fieldConfig"]["defaults"]["noValue"] = own or empty
    return encoded | {
        "title": panel.title,
        "description": panel.why,
        "datasource": data_source(panel.questions[0].source),
        "targets": [_target(panel, query, index) for index, query in enumerate(panel.questions)],
    }


def data_source(source: Source) -> Json:
    """The data source of a kind that the person chose; at first the stack's own."""
    return {"type": source.value, "uid": f"${{{SOURCE_VARIABLES[source]}}}"}


def _target(panel: Panel, query: Query, index: int) -> Json:
    shape: Json = {}
    if isinstance(panel, Heatmap):
        shape = {"format": "heatmap"}
    if isinstance(panel, Table) and query.source is Source.PROMETHEUS:
        shape = {"format": "table"}
    if isinstance(panel, Events):
        shape = {"maxLines": panel.most}
    kind: Json = {"queryType": "instant" if query.kind is Kind.INSTANT else "range"}
    if query.source is Source.PROMETHEUS:
        kind = {"instant": query.kind is Kind.INSTANT, "range": query.kind is Kind.RANGE}
    return (
        shape
        | kind
        | {
            "datasource": data_source(query.source),
            "editorMode": "code",
            "expr": query.expr,
            "legendFormat": query.legend or "__auto",
            "refId": chr(ord("A") + index),
        }
    )


def _stat(panel: Stat) -> Json:
    defaults = exact(panel.unit) | {
        "color": plain(panel.levels),
        "mappings": mappings(panel.words),
        "thresholds": thresholds(panel.levels),
    }
    if panel.board:
        defaults["links"] = [encode_board(panel.board)]
    calendar = {"timeFrom": panel.since, "hideTimeOverride": True} if panel.since else {}
    return calendar | {
        "type": "stat",
        "fieldConfig": {"defaults": defaults, "overrides": name_colors(panel.queries)},
        "options": {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "reduceOptions": _last_value(),
            "textMode": "value_and_name" if has_names(panel.queries) else "value",
        },
    }


def _ranking(panel: Ranking) -> Json:
    defaults = exact(panel.unit) | {
        "min": 0,
        "color": {"mode": "fixed", "fixedColor": "blue"},
        # Without a name of its own, a lone bar would have none.
        "displayName": name(panel.queries[0].legend),
    }
    return {
        "type": "bargauge",
        "fieldConfig": {"defaults": defaults, "overrides": name_colors(panel.queries)},
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
        "showPoints": "always",
        "pointSize": 4,
        "spanNulls": True,
        "stacking": {"group": "A", "mode": "none"},
    }
    return _over_time(panel, custom)


def _over_time(panel: Bars | Lines, custom: Json) -> Json:
    # No `noValue` here: it would fill the tooltip with a line for each series without a value.
    # A height means something only from zero on.
    defaults = {
        "unit": short(panel.unit),
        "min": 0,
        "color": {"mode": "palette-classic-by-name"},
        "custom": custom,
    }
    return {
        "type": "timeseries",
        "interval": _SHORTEST_BAR,
        "maxDataPoints": _MAX_BARS,
        "fieldConfig": {"defaults": defaults, "overrides": name_colors(panel.queries)},
        "options": {
            "legend": {
                "calcs": [],
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": has_names(panel.queries),
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
            "cellValues": {"unit": short(panel.unit), "decimals": 0},
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
        "interval": _SHORTEST_BAR,
        "maxDataPoints": _MAX_BARS,
        "fieldConfig": {
            "defaults": {"noValue": "", "custom": {"align": "auto", "minWidth": 60}},
            "overrides": [
                *(_keyoverride(key) for key in panel.keys if key.link or key.width),
                *(_columnoverride(column) for column in panel.columns),
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
    }


def _keyoverride(key: Key) -> Json:
    links = {"links": [encode_link(key.link)]} if key.link else {}
    width = {"custom.width": key.width} if key.width else {}
    return override(key.title, links | width)


def _columnoverride(column: Column) -> Json:
    properties: Json = exact(column.unit) | {"custom.align": "right"}
    if not column.is_shown:
        properties |= {"custom.hideFrom.viz": True}
    if column.levels:
        properties |= {
            "thresholds": thresholds(column.levels),
            "color": {"mode": "thresholds"},
            "custom.cellOptions": {"type": "color-text"},
        }
    return override(column.title, properties)


def _last_value() -> Json:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


_ENCODERS: dict[type, Callable[[Any], Json]] = {
    Stat: _stat,
    Ranking: _ranking,
    Bars: _bars,
    Lines: _lines,
    Heatmap: _heatmap,
    Table: _table,
    Events: _events,
}
