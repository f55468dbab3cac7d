"""Which moments are worth a mark on everything that is drawn over time?"""

from __future__ import annotations

from provisioner.dashboards import logql
from provisioner.dashboards.ask import lines, over_time
from provisioner.dashboards.model import Annotation

RESTARTS = 'process_start_time_seconds{job=~"collector|prometheus|loki"} * 1000'


def annotations(*, shown: bool = False) -> tuple[Annotation, ...]:
    """Compactions, errors and restarts of the stack; the first two are a click away, or shown."""
    return (
        Annotation(
            name="Compactions",
            color="purple",
            query=lines(logql.lines(logql.events("compaction"), COMPACTION)),
            is_shown=shown,
        ),
        Annotation(
            name="Errors",
            color="red",
            query=lines(logql.lines(logql.events("api_error"), ERROR)),
            is_shown=shown,
        ),
        Annotation(name="Stack restarts", color="blue", query=over_time(RESTARTS), is_shown=True),
    )


COMPACTION = "compaction ({{.trigger}}) {{.pre_tokens}} → {{.post_tokens}} tokens {{.project}}"
ERROR = "{{.status_code}} {{.error}} {{.model}} after attempt {{.attempt}} {{.project}}"
