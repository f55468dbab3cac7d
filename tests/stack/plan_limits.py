"""How does a stack learn of a plan's limits? By the status line, run as the client runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.stack.stacks import TestStack

Windows = Mapping[str, tuple[float, float]]
"""Of each limit the percentage that is used, and when it starts anew."""

Seen = dict[tuple[str, str], float]


def tell_limits(stack: TestStack, home: Path, email: str, windows: Windows) -> str:
    """What stands in the status line of somebody with a subscription, who has just been told."""
    home.mkdir(parents=True)
    account = {"oauthAccount": {"emailAddress": email}}
    (home / ".claude.json").write_text(json.dumps(account), encoding="utf-8")
    limits = {
        name: {"used_percentage": used, "resets_at": resets_at}
        for name, (used, resets_at) in windows.items()
    }
    places = {
        "HOME": home,
        "XDG_STATE_HOME": home / "state",
        "CLAUDE_OTEL_USAGE_DIR": home / "usage",
    }
    environment = stack.environment | {name: str(place) for name, place in places.items()}
    environment.pop("CLAUDE_CONFIG_DIR", None)
    done = subprocess.run(
        [sys.executable, "-m", "provisioner", "statusline"],
        cwd=home,
        env=environment,
        input=json.dumps({"rate_limits": limits}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def seen_limits(stack: TestStack, user: str) -> Seen:
    """What Prometheus knows of a user's limits, by the rest of the name and the window."""
    prefix = "claude_otel_plan_limit_"
    found = stack.prometheus.query(f'{{__name__=~"{prefix}.+",user="{user}"}}')
    return {
        (each.labels["__name__"].removeprefix(prefix), each.labels["window"]): each.value
        for each in found
    }
