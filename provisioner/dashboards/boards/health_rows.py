"""Has the stack room for more? Rows of the board Stack Health."""

from __future__ import annotations

from provisioner.dashboards.ask import now, over_time
from provisioner.dashboards.model import Row
from provisioner.dashboards.panels import Level, Lines, Stat, Tone, Unit

_PROMETHEUS_DISK = " + ".join(
    f'sum({name}{{job="prometheus"}})'
    for name in (
        "prometheus_tsdb_storage_blocks_bytes",
        "prometheus_tsdb_wal_storage_size_bytes",
        "prometheus_tsdb_out_of_order_wbl_storage_size_bytes",
        "prometheus_tsdb_head_chunks_storage_size_bytes",
    )
)


def queues() -> Row:
    """How full the queues are, and how far behind."""
    return Row(
        title="Queues",
        panels=(
            _filled(),
            Lines(
                title="Waiting",
                why="The most that waited in each queue. It is on disk, and outlives a restart.",
                unit=Unit.BYTES,
                queries=(over_time(each_step("queue", "max", "stack:queue_bytes"), "{{queue}}"),),
            ),
            Lines(
                title="Behind",
                why="For how long a queue has held more than it passes on in ten seconds, a day at "
                "most. Its oldest entry has not waited for longer.",
                unit=Unit.SECONDS,
                queries=(
                    over_time(each_step("queue", "max", "stack:queue_behind_seconds"), "{{queue}}"),
                ),
            ),
        ),
    )


def _filled() -> Stat:
    return Stat(
        title="Queues Filled",
        why="How full the queues on disk are: the spool behind the door, and one before "
        "each store. When the spool is full, the door refuses.",
        unit=Unit.SHARE,
        height=9,
        levels=(
            Level(at=0, tone=Tone.GOOD),
            Level(at=0.5, tone=Tone.WORRYING),
            Level(at=0.8, tone=Tone.BAD),
        ),
        queries=(now("sort_desc(max by (queue) (stack:queue_fill:ratio))", "{{queue}}"),),
    )


def room() -> Row:
    """How much more the stores can take."""
    return Row(
        title="Room for more",
        panels=(
            _disk(),
            Stat(
                title="Prometheus on Disk",
                why="Blocks, logs and chunks of the last hours. Loki does not tell its own size.",
                unit=Unit.BYTES,
                queries=(now(_PROMETHEUS_DISK),),
            ),
            Stat(
                title="History Kept",
                why="The age of the oldest sample in Prometheus, and the age at which samples are "
                "deleted.",
                unit=Unit.SECONDS,
                queries=(
                    now("max(prometheus_tsdb_retention_limit_seconds)", "kept for"),
                    now("time() - min(prometheus_tsdb_lowest_timestamp_seconds)", "oldest"),
                ),
            ),
            _series(),
        ),
    )


def _disk() -> Stat:
    return Stat(
        title="Disk",
        why="How full the disk is on which Loki writes; at 90 % it takes no more. No other "
        "engine tells of its disk.",
        unit=Unit.SHARE,
        levels=(
            Level(at=0, tone=Tone.GOOD),
            Level(at=0.8, tone=Tone.WORRYING),
            Level(at=0.9, tone=Tone.BAD),
        ),
        queries=(now("max(loki_ingester_wal_disk_usage_percent)"),),
    )


def _series() -> Stat:
    return Stat(
        title="Series of the Cap",
        why="Series that Prometheus holds, as a part of prometheus.max_series. Nothing "
        "stops at the cap, but each series costs memory.",
        unit=Unit.SHARE,
        levels=(
            Level(at=0, tone=Tone.GOOD),
            Level(at=0.8, tone=Tone.WORRYING),
            Level(at=1, tone=Tone.BAD),
        ),
        queries=(now("sum(prometheus_tsdb_head_series) / sum(stack:series:most)"),),
    )


def engines() -> Row:
    """For how long the engines have run, and what they hold."""
    return Row(
        title="Engines",
        panels=(
            _up_for(),
            Lines(
                title="Memory",
                why="The most memory that each engine held, pages of files among it.",
                unit=Unit.BYTES,
                queries=(
                    over_time(
                        "max by (job) (max_over_time(process_resident_memory_bytes[$__interval]) "
                        "or max_over_time(otelcol_process_memory_rss_bytes[$__interval]))",
                        "{{job}}",
                    ),
                ),
            ),
            Lines(
                title="Series",
                why="Series that Prometheus held, and the cap, prometheus.max_series.",
                unit=Unit.COUNT,
                queries=(
                    over_time(
                        "max(max_over_time(prometheus_tsdb_head_series[$__interval]))", "held"
                    ),
                    over_time("max(max_over_time(stack:series:most[$__interval]))", "cap"),
                ),
            ),
        ),
    )


def _up_for() -> Stat:
    return Stat(
        title="Up For",
        why="For how long each engine has run. Restarts are marked on all that is drawn over time.",
        unit=Unit.SECONDS,
        height=9,
        queries=(
            now(
                "sort_desc(max by (job) (time() - process_start_time_seconds "
                "or otelcol_process_uptime_seconds_total))",
                "{{job}}",
            ),
        ),
    )


def each_step(label: str, reducer: str, figure: str) -> str:
    """A figure of each step, by a label."""
    return f"max by ({label}) ({reducer}_over_time({figure}[$__interval]))"
