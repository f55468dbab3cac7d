"""What stands in the client's status line? One line, at once, whatever is wrong.

The client waits for it at every prompt, so this loads little, asks files for no longer than
`PATIENCE_SECONDS`, and leaves counting to a process beside it (see `now.py`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from provisioner.live.context import last_context, mapping
from provisioner.live.limits import Limits, parse_limits, read_limits, sound_number, store_limits
from provisioner.live.now import claim_count, is_of_today, now_path, read_now

PATIENCE_SECONDS = 0.5
"""Files that take longer (a network, a spun-down disk) are left out of the line."""

PACKAGES = Path(__file__).parents[2]

NOTHING = "claude-otel: nothing known yet"
ORDER = ("session", "today", "block", "context", "limits")


def main() -> None:
    """Read what the client says, print the line, and end the process: always well."""
    parts: dict[str, str] = {}
    at = time.time()
    worker = threading.Thread(
        target=lambda: gather(sys.stdin.buffer.read(), at, parts), daemon=True
    )
    worker.start()
    worker.join(PATIENCE_SECONDS)
    try:
        # As bytes: the terminal's encoding may be one that knows no middle dot.
        os.write(1, f"{line(parts)}\n".encode())
    finally:
        os._exit(0)  # whatever the worker still waits for


def line(parts: Mapping[str, str]) -> str:
    """The parts that are known, in their order."""
    return " · ".join(filter(None, map(parts.get, ORDER))) or NOTHING


def gather(told: bytes, at: float, parts: dict[str, str]) -> None:
    """Add each part as soon as it is known: first what needs no file."""
    record = _record(told)
    cost = sound_number(mapping(record.get("cost")).get("total_cost_usd"))
    if cost is not None:
        parts["session"] = f"{_dollars(cost)} session"
    for step in (_gather_context, _gather_limits, _gather_account):
        with suppress(OSError):  # no transcript yet, a state that cannot be written: no such part
            step(record, at, parts)


def _gather_limits(record: Mapping[str, Any], at: float, parts: dict[str, str]) -> None:
    told = parse_limits(record.get("rate_limits"), at)
    if told:
        parts["limits"] = _limits(told.at(at))
    known = store_limits(told) if told else read_limits()
    if known:
        parts["limits"] = _limits(known.at(at))


def _gather_account(_: Mapping[str, Any], at: float, parts: dict[str, str]) -> None:
    path = now_path()
    now = read_now(path)
    if now and is_of_today(now, at) and now.today_usd is not None:
        parts["today"] = f"{_dollars(now.today_usd)} today"
    if now and now.block_end > at and now.block_usd is not None:
        parts["block"] = f"{_dollars(now.block_usd)} block, {_span(now.block_end - at)} left"
    if claim_count(now, path, at):
        _count_beside()


def _count_beside() -> None:
    import subprocess  # noqa: PLC0415 - takes as long to load as all the rest takes to run

    subprocess.Popen(
        [sys.executable, "-m", "provisioner.live.recount"],
        cwd=PACKAGES,  # not the person's folder, where a package of our name might lie
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _gather_context(record: Mapping[str, Any], _: float, parts: dict[str, str]) -> None:
    transcript = record.get("transcript_path")
    if not isinstance(transcript, str) or not transcript:
        return
    model = mapping(record.get("model")).get("id")
    window = mapping(record.get("context_window")).get("context_window_size")
    context = last_context(
        Path(transcript),
        model=model if isinstance(model, str) else "",
        told_window=window if isinstance(window, int) else None,
    )
    if context and context.share is not None:
        parts["context"] = f"context {context.share * 100:.0f} %"
    elif context:
        parts["context"] = f"context {context.tokens:,} tokens"


def _limits(limits: Limits) -> str:
    windows = (("5 h", limits.five_hour), ("7 d", limits.seven_day))
    used = ", ".join(f"{name} {each.used_percentage:.0f} %" for name, each in windows if each)
    return f"limits {used}" if used else ""


def _record(told: bytes) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(told))
    except ValueError:
        return {}


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def _span(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
