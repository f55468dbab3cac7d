"""What does the stack tell of itself? Its alerts, and the series that boards ask for.

None of them is an amount, and none enters a total.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A series, its labels, and what it is."""

    name: str
    labels: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert that fires: its words, and the heading of the runbook that says what to do."""

    name: str
    severity: str
    summary: str
    runbook: str


_QUEUE = ("queue",)
_ENGINE = ("job", "instance")

RECORDED = (
    Figure(name="stack:series:most", labels=(), why="`prometheus.max_series`, as it is set."),
    Figure(
        name="stack:door_records:rate1m",
        labels=("signal",),
        why="Records a second that the door took in: events, or data points of counters.",
    ),
    Figure(
        name="stack:store_records:rate1m",
        labels=("store",),
        why="Records a second that a store took: events in Loki, amounts in Prometheus.",
    ),
    Figure(
        name="stack:refused_requests:increase10m",
        labels=("status",),
        why="Requests that the collector answered with an error in the last ten minutes.",
    ),
    Figure(
        name="stack:dropped_records:increase1h",
        labels=("queue", "signal"),
        why="Records that were refused for good in the last hour, by the queue they stood in.",
    ),
    Figure(name="stack:queue_bytes", labels=_QUEUE, why="What waits in each of the queues."),
    Figure(name="stack:queue_bytes:most", labels=_QUEUE, why="What a queue has room for."),
    Figure(
        name="stack:queue_fill:ratio", labels=_QUEUE, why="How full a queue is; 1 is to the brim."
    ),
    Figure(
        name="stack:queue_sent_bytes:rate1m", labels=_QUEUE, why="Bytes a second that leave it."
    ),
    Figure(
        name="stack:queue_kept_up:time",
        labels=_QUEUE,
        why="When a queue held no more than leaves it in ten seconds; nothing while it holds more.",
    ),
    Figure(
        name="stack:queue_behind_seconds",
        labels=_QUEUE,
        why="Since when it has held more, a day at most: no entry has waited for longer.",
    ),
    Figure(
        name="stack:arrival_lag_seconds",
        labels=(),
        why="How old events were when they reached Loki in the last five minutes, on average.",
    ),
    Figure(
        name="stack:alert:firing_seconds",
        labels=("alertname", "severity", "about"),
        why="For how long each alert has been firing or about to, and what it is about.",
    ),
    Figure(
        name="stack:problems",
        labels=(),
        why="Engines that are down, and whatever else fires. The tile on Overview shows it.",
    ),
)
"""What `prometheus/rules.yaml` records, in its order."""

TOLD = (
    Figure(name="up", labels=_ENGINE, why="Whether Prometheus reached an engine."),
    Figure(
        name="loki_ingester_wal_disk_usage_percent",
        labels=_ENGINE,
        why="How full the disk is on which Loki writes; 1 is to the brim.",
    ),
    Figure(name="otelcol_process_memory_rss_bytes", labels=_ENGINE, why="The collector's memory."),
    Figure(
        name="otelcol_process_uptime_seconds_total",
        labels=_ENGINE,
        why="For how long the collector has run.",
    ),
    Figure(
        name="process_resident_memory_bytes", labels=_ENGINE, why="Memory of the other engines."
    ),
    Figure(
        name="process_start_time_seconds", labels=_ENGINE, why="When the other engines started."
    ),
    Figure(
        name="prometheus_tsdb_head_chunks_storage_size_bytes",
        labels=_ENGINE,
        why="What Prometheus keeps of the last hours, on disk.",
    ),
    Figure(name="prometheus_tsdb_head_series", labels=_ENGINE, why="Series that Prometheus holds."),
    Figure(
        name="prometheus_tsdb_lowest_timestamp_seconds",
        labels=_ENGINE,
        why="The time of the oldest sample.",
    ),
    Figure(
        name="prometheus_tsdb_out_of_order_wbl_storage_size_bytes",
        labels=_ENGINE,
        why="Prometheus' log of samples that came late.",
    ),
    Figure(
        name="prometheus_tsdb_retention_limit_seconds",
        labels=_ENGINE,
        why="For how long Prometheus keeps samples.",
    ),
    Figure(name="prometheus_tsdb_storage_blocks_bytes", labels=_ENGINE, why="Prometheus' blocks."),
    Figure(
        name="prometheus_tsdb_wal_storage_size_bytes",
        labels=_ENGINE,
        why="Prometheus' log of new samples.",
    ),
)
"""What engines, and Prometheus about them, say: of thousands, those that a board shows."""
