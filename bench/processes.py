"""What do processes take of the machine? Time on its cores, and memory with shared pages split."""

from __future__ import annotations

import psutil


def pss_bytes(process: psutil.Process) -> int:
    """Memory that a process holds; a page that it shares counts in part. 0 when it has ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def cpu_seconds(process: psutil.Process) -> float:
    """For how long a process has kept a core busy, by itself and in the kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)
