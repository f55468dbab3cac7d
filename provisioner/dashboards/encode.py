"""How does Grafana write a dashboard down? Nothing else knows its classic JSON.

The same board gives the same bytes: sorted keys, no ids of a server, no dates.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

from provisioner.dashboards.model import (
    QUICK_RANGES,
    Bars,
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Source,
    Stat,
    Unit,
    Variable,
)
from provisioner.dashboards.queries import ALL

Json = dict[str, Any]

NO_DATA = "No data in this range. First time? source setup-env.sh"

_SCHEMA_VERSION = 42
_COLUMNS = 24
_ROW_HEIGHT = 1
# About sixty bars: then every step that Grafana may choose for up to 400 days divides a day.
_MAX_BARS = 60
_SHORTEST_BAR = "1m"

# A total is written out in full, with its decimals; an axis has room for a short form only.
_EXACT: dict[Unit, tuple[str, int]] = {
    Unit.USD: ("currency:financial:$", 2),
    Unit.TOKENS: ("locale", 0),
    Unit.LINES: ("locale", 0),
    Unit.COUNT: ("locale", 0),
}
_SHORT: dict[Unit, str] = {
    Unit.USD: "currencyUSD",
    Unit.TOKENS: "short",
    Unit.LINES: "short",
    Unit.COUNT: "short",
}


def encode(dashboard: Dashboard) -> str:
    """The board as a file that Grafana provisions."""
    content: Json = {
        "annotations": {"list": []},
        "description": dashboard.question,
        "editable": False,
        "graphTooltip": 1,
        "id": None,
        "links": [],
        "panels": list(_panels(dashboard)),
        "refresh": dashboard.refresh,
        "schemaVersion": _SCHEMA_VERSION,
        "tags": ["claude-code"],
        "templating": {"list": [_variable(variable) for variable in dashboard.variables]},
        "time": {"from": dashboard.start, "to": "now"},
        "timepicker": {"quick_ranges": _quick_ranges()},
        "timezone": "browser",
        "title": dashboard.title,
        "uid": dashboard.uid,
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _panels(dashboard: Dashboard) -> Iterator[Json]:
    top = 0
    for row in dashboard.rows:
        yield _heading(row, top)
        top += _ROW_HEIGHT
        height = max(panel.height for panel in row.panels)
        left = 0
        for panel, width in zip(row.panels, _widths(row), strict=True):
            place = {"x": left, "y": top, "w": width, "h": height}
            yield _panel(panel) | {"id": _id(panel.title), "gridPos": place}
            left += width
        top += height


def _heading(row: Row, top: int) -> Json:
    return {
        "type": "row",
        "title": row.title,
        "id": _id(row.title),
        "collapsed": False,
        "panels": [],
        "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": _ROW_HEIGHT},
    }


def _widths(row: Row) -> list[int]:
    shares = [panel.share for panel in row.panels]
    return [_COLUMNS * share // sum(shares) for share in shares]


def _id(title: str) -> int:
    """A number that stays when a panel moves: links to one panel contain it."""
    return zlib.crc32(title.encode()) % 1_000_000 + 1


def _panel(panel: Panel) -> Json:
    own = _stat(panel) if isinstance(panel, Stat) else _bars(panel)
    return own | {
        "title": panel.title,
        "description": panel.why,
        "datasource": _data_source(panel.queries[0].source),
        "targets": [_target(query, index) for index, query in enumerate(panel.queries)],
    }


def _stat(panel: Stat) -> Json:
    unit, decimals = _EXACT[panel.unit]
    defaults = {
        "unit": unit,
        "decimals": decimals,
        "noValue": NO_DATA,
        "color": _color(panel),
    }
    return {
        "type": "stat",
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "textMode": "value_and_name" if _has_names(panel) else "value",
        },
    }


def _bars(panel: Bars) -> Json:
    # No `noValue` here: it would fill the tooltip with a line for each series without a bar.
    custom = {
        "drawStyle": "bars",
        "barAlignment": 1,
        "barWidthFactor": 0.9,
        "fillOpacity": 80,
        "lineWidth": 0,
        "showPoints": "never",
        "stacking": {"group": "A", "mode": "normal"},
    }
    # A bar's height means something only from zero on.
    defaults = {"unit": _SHORT[panel.unit], "min": 0, "color": _color(panel), "custom": custom}
    return {
        "type": "timeseries",
        "interval": _SHORTEST_BAR,
        "maxDataPoints": _MAX_BARS,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "legend": {
                "calcs": [],
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": True,
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _color(panel: Panel) -> Json:
    """One colour for one name on every panel; a lone total is neither good nor bad."""
    if _has_names(panel):
        return {"mode": "palette-classic-by-name"}
    return {"mode": "fixed", "fixedColor": "text"}


def _has_names(panel: Panel) -> bool:
    return any(query.legend for query in panel.queries)


def _target(query: Query, index: int) -> Json:
    kind: Json = {"queryType": query.kind.value}
    if query.source is Source.PROMETHEUS:
        kind = {"instant": query.kind is Kind.INSTANT, "range": query.kind is Kind.RANGE}
    return kind | {
        "datasource": _data_source(query.source),
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "refId": chr(ord("A") + index),
    }


def _data_source(source: Source) -> Json:
    return {"type": source.value, "uid": f"claude-otel-{source.value}"}


def _variable(variable: Variable) -> Json:
    lookup = f"label_values({variable.series}, {variable.label})"
    return {
        "type": "query",
        "name": variable.label,
        "label": variable.title,
        "datasource": _data_source(Source.PROMETHEUS),
        "definition": lookup,
        "query": {"qryType": 1, "query": lookup, "refId": "A"},
        "multi": True,
        "includeAll": True,
        "allValue": ALL,
        "current": {"text": ["All"], "value": ["$__all"]},
        "options": [],
        "refresh": 2,
        "regex": "",
        "sort": 5,
    }


def _quick_ranges() -> list[Json]:
    return [
        {"display": offered.title, "from": offered.start, "to": offered.end}
        for offered in QUICK_RANGES
    ]
