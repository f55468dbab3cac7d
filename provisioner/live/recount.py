"""What did the account use today, and in the block that goes on? Counted beside the status line.

What the status line was told of the plan's limits goes on to the stack from here, too. Run as a
program: `python -m provisioner.live.recount`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from provisioner.live.account import active_block, recent_slices, used_today
from provisioner.live.now import Now, now_path, write_now
from provisioner.live.tell_limits import tell_limits
from provisioner.prices import open_prices
from provisioner.runtime.model import silent
from provisioner.transcripts.places import index_directory, roots
from provisioner.transcripts.usage import open_usage


def recount(environ: Mapping[str, str], home: Path) -> Now:
    """Count, and keep what was counted."""
    started = time.time()
    directory = index_directory(environ)
    prices = open_prices(directory)
    now_ms = int(started * 1000)
    folders = roots(environ, home)
    with open_usage(folders, index_dir=directory, prices=prices, report=silent) as usage:
        slices = recent_slices(usage, now_ms)
    block = active_block(slices, now_ms)
    counted = Now(
        at=started,
        took=time.time() - started,
        today_usd=used_today(slices, now_ms).dollars("tokens"),
        block_usd=block.amounts.dollars("tokens") if block else None,
        block_end=block.end_ms / 1000 if block else 0.0,
    )
    write_now(counted, now_path())
    return counted


if __name__ == "__main__":
    recount(os.environ, Path.home())
    tell_limits(os.environ, Path.home(), time.time())
