"""Which moments are worth a mark on everything that is drawn over time?"""

from __future__ import annotations

from provisioner.dashboards.ask import lines, over_time
from provisioner.dashboards.model import Annotation
from provisioner.dashboards.readable import readable

# The collector tells for how long it has run; rounded, or each time it would be another moment.
RESTARTS = (
    'process_start_time_seconds{job=~"prometheus|loki"} * 1000 or round('
    "timestamp(otelcol_process_uptime_seconds_total) - otelcol_process_uptime_seconds_total"
    ", 10) * 1000"
)

RESTART_MARKS = (
    Annotation(
        name="Stack restarts",
        color="blue",
        query=over_time(RESTARTS, "{{job}} started"),
        is_shown=True,
    ),
)


def moments(**narrowed: str) -> tuple[Annotation, ...]:
    """Compactions, errors and restarts of the stack.

    The first two are a click away, or shown where they are narrowed by attributes.
    """
    shown = bool(narrowed)
    return (
        Annotation(
            name="Compactions",
            color="purple",
            query=lines(readable("compaction", **narrowed)),
            is_shown=shown,
        ),
        Annotation(
            name="Errors",
            color="red",
            query=lines(readable("api_error", **narrowed)),
            is_shown=shown,
        ),
        *RESTART_MARKS,
    )
