"""How does Grafana write down where a click leads, and over which time?"""

from __future__ import annotations

from provisioner.dashboards.encode_fields import Json
from provisioner.dashboards.model import FILTERS, uid_of
from provisioner.dashboards.panels import FROM, UNTIL, Link, Reach

_TWO_DAYS_MS = 2 * 86_400_000
_REACHES = {
    Reach.RANGE: "${__url_time_range}",
    Reach.ROW: f"from=${{__data.fields.{FROM}.numeric}}&to=${{__data.fields.{UNTIL}.numeric}}",
    # Grafana opens as much before a moment as after it.
    Reach.LAST_DAY: f"time=${{__to}}&time.window={_TWO_DAYS_MS}",
}


def encode_board(board: str) -> Json:
    """Another board, over the same range."""
    return {"title": "Look closer", "url": f"/d/{uid_of(board)}?{_REACHES[Reach.RANGE]}"}


def encode_link(link: Link) -> Json:
    """Another board, with what was clicked."""
    chosen = f"var-{link.text}=${{__value.raw:percentencode}}"
    filters = [f"${{{each.label}:queryparam}}" for each in FILTERS if link.keeps_filters]
    query = "&".join([chosen, _REACHES[link.reach], *filters])
    return {"title": link.title, "url": f"/d/{uid_of(link.board)}?{query}"}
