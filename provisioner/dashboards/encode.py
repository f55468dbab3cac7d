"""How does Grafana write a dashboard down? Only these modules know its classic JSON.

The same board gives the same bytes: sorted keys, no ids of a server, no dates.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from itertools import pairwise

from provisioner.dashboards.encode_fields import Json
from provisioner.dashboards.encode_panels import (
    SOURCE_VARIABLES,
    data_source,
    encode_panel,
)
from provisioner.dashboards.model import (
    ALL,
    QUICK_RANGES,
    Annotation,
    Dashboard,
    Row,
    Text,
    Variable,
    uid_of,
)
from provisioner.dashboards.panels import Events, Panel, Source

_SCHEMA_VERSION = 42
_TAG = "claude-code"
_COLUMNS = 24
_ROW_HEIGHT = 1


def encode(dashboard: Dashboard) -> str:
    """The board as a file that Grafana provisions."""
    content: Json = {
        "annotations": {"list": [_annotation(each) for each in dashboard.annotations]},
        "description": dashboard.question,
        "editable": False,
        "graphTooltip": 1,
        "links": [_other_boards()],
        "panels": list(_panels(dashboard)),
        "refresh": dashboard.refresh,
        "schemaVersion": _SCHEMA_VERSION,
        "tags": [_TAG if dashboard.is_listed else f"{_TAG}-detail"],
        "templating": {"list": list(_variables(dashboard))},
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
            own = {"id": _id(panel.title), "gridPos": place, "description": _why(dashboard, panel)}
            yield encode_panel(panel, dashboard.empty) | own
            left += width
        top += height


def _heading(row: Row, top: int) -> Json:
    return {
        "type": "row",
        "title": row.title,
        "id": _id(f"row {row.title}"),
        "collapsed": False,
        "panels": [],
        "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": _ROW_HEIGHT},
    }


def _widths(row: Row) -> list[int]:
    shares = [panel.share for panel in row.panels]
    edges = [_COLUMNS * sum(shares[:place]) // sum(shares) for place in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


def _id(title: str) -> int:
    """A number that stays when a panel moves: links to one panel contain it."""
    return zlib.crc32(title.encode()) % 1_000_000 + 1


def _why(dashboard: Dashboard, panel: Panel) -> str:
    """The panel's reason, how much it shows, and which filters of the board do not reach it."""
    used = {name for query in panel.questions for name in re.findall(r"\$(\w+)", query.expr)}
    offered = {each.label: each.title for each in dashboard.variables}
    offered |= {text.name: text.title for text in dashboard.texts}
    left_out = [title for name, title in offered.items() if name not in used]
    most = [f"At most the newest {panel.most:,}."] if isinstance(panel, Events) else []
    narrowed = [f"Not narrowed by: {', '.join(left_out)}."] if left_out else []
    return " ".join([panel.why, *most, *narrowed])


def _variables(dashboard: Dashboard) -> Iterator[Json]:
    for variable in dashboard.variables:
        yield _filter(variable)
    for text in dashboard.texts:
        yield _text(text)
    for source, name in SOURCE_VARIABLES.items():
        yield _source(source, name)


def _filter(variable: Variable) -> Json:
    lookup = f"label_values({variable.series}, {variable.label})"
    return {
        "type": "query",
        "name": variable.label,
        "label": variable.title,
        "datasource": data_source(Source.PROMETHEUS),
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


def _text(text: Text) -> Json:
    chosen = {"selected": True, "text": text.default, "value": text.default}
    return {
        "type": "textbox",
        "name": text.name,
        "label": text.title,
        "description": text.why,
        "query": text.default,
        "current": chosen,
        "options": [chosen],
    }


def _source(source: Source, name: str) -> Json:
    title = source.value.title()
    return {
        "type": "datasource",
        "name": name,
        "label": name.title(),
        "query": source.value,
        "current": {"text": title, "value": uid_of(source.value)},
        "options": [],
        "refresh": 1,
        "regex": "",
    }


def _annotation(annotation: Annotation) -> Json:
    query = annotation.query
    is_series = query.source is Source.PROMETHEUS
    times = {"useValueForTime": True, "titleFormat": query.legend} if is_series else {}
    return times | {
        "name": annotation.name,
        "enable": annotation.is_shown,
        "iconColor": annotation.color,
        "datasource": data_source(query.source),
        "expr": query.expr,
    }


def _other_boards() -> Json:
    return {
        "type": "dashboards",
        "title": "Boards",
        "tags": [_TAG],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
    }


def _quick_ranges() -> list[Json]:
    return [
        {"display": offered.title, "from": offered.start, "to": offered.end}
        for offered in QUICK_RANGES
    ]
