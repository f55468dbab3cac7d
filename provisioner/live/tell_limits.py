"""Does the stack know the plan's limits? They are handed to the collector, beside the status line.

The client tells them to its status line and to nobody else, so no telemetry of its own has them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from provisioner.errors import StackError
from provisioner.live.limits import Limits, Window, read_limits
from provisioner.live.state import state_path, write_state
from provisioner.telemetry import PLAN_LIMIT_SCOPE, PLAN_RESETS, PLAN_USED, PLAN_WINDOWS
from provisioner.transcripts.places import roots

AGAIN_SECONDS = 60.0
"""What has not changed is told again after so long: the collector may have been new meanwhile."""

Windows = Mapping[str, Window]


def tell_limits(environ: Mapping[str, str], home: Path, at: float) -> None:
    """Hand over the windows that go on, if that is due; a stack that is down is left alone."""
    windows = _going_on(read_limits(), at)
    if windows and claim_telling(windows, state_path("limits-told"), at):
        with suppress(StackError):  # down, or settings that do not hold: others say so
            _hand_over(windows, environ, home, at)


def claim_telling(windows: Windows, path: Path, at: float) -> bool:
    """Whether they are news, or were told long ago; if so, they count as told now."""
    text = json.dumps({name: list(window) for name, window in windows.items()})
    with suppress(OSError, ValueError):  # never told, or a file that is none of ours
        is_recent = abs(at - path.stat().st_mtime) < AGAIN_SECONDS
        if is_recent and path.read_text(encoding="utf-8") == text:
            return False
    write_state(path, text)
    os.utime(path, (at, at))
    return True


def _going_on(limits: Limits | None, at: float) -> Windows:
    known = limits.at(at)._asdict() if limits else {}
    return {name: known[name] for name in PLAN_WINDOWS if known.get(name)}


def _hand_over(windows: Windows, environ: Mapping[str, str], home: Path, at: float) -> None:
    # Loading these takes longer than counting: only where there is something to tell.
    from provisioner.books.person import identity  # noqa: PLC0415
    from provisioner.otlp import Door, Gauge, Sender, gauges_request, send  # noqa: PLC0415
    from provisioner.placement import LOOPBACK  # noqa: PLC0415
    from provisioner.workspace import settings_anywhere, token_anywhere  # noqa: PLC0415

    gauges = [
        Gauge(
            otel_name=limit.otel_name,
            labels=(("window", name),),
            samples=((int(at * 1000), value),),
        )
        for name, window in windows.items()
        for limit, value in (
            (PLAN_USED, window.used_percentage / 100),
            (PLAN_RESETS, window.resets_at),
        )
    ]
    # The collector names the person, as it does in the client's own telemetry.
    who = identity(roots(environ, home)[0].parent, environ, home)
    sender = Sender(service_name="claude-otel", scope=PLAN_LIMIT_SCOPE, resource=who)
    settings, token = settings_anywhere(environ), token_anywhere(environ)
    door = Door(
        grpc_address="", http_url=f"http://{LOOPBACK}:{settings.ports.otlp_http}", token=token
    )
    send(door, gauges_request(gauges, sender), "http/protobuf")
