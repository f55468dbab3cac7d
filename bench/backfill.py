"""How long does it take to add a hundred thousand requests of history, and is every one there?

Starts a native stack of its own, writes transcripts, adds them twice with the command that a person
uses, compares the totals of both stores, and takes the stack away.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from tests.faults.stacks import own_stack
from tests.stack.stacks import TestStack
from tests.unit.transcripts.lines import Line, answer, write_transcript

LIMIT_SECONDS = 60.0
DAY_SECONDS = 86_400
IN_A_SESSION = 200
PROJECTS = 8
MODEL = "claude-opus-5-5"


@click.command()
@click.option("--requests", default=100_000, show_default=True, help="How many to add.")
@click.option("--days", default=90, show_default=True, help="Over how many days, up to now.")
def bench(*, requests: int, days: int) -> None:
    """Measure `claude-otel backfill`; exits with 1 if it is slow or inexact."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "person")
        tokens = _write(home / ".claude" / "projects", requests, days)
        with own_stack(Path(folder)) as stack:
            seconds = [_backfill(stack, home) for _ in range(2)]
            counted = _counted(stack, days)
    expected = {"ledger": requests, "loki": requests, "output tokens": tokens}
    click.echo(f"{requests:,} requests over {days} days: added in {seconds[0]:.1f} s")
    click.echo(f"again, when all are there: {seconds[1]:.1f} s")
    click.echo(f"counted: {counted}")
    sys.exit(int(seconds[0] > LIMIT_SECONDS or counted != expected))


def _write(root: Path, requests: int, days: int) -> int:
    """Transcripts of some projects, written as the client does it; their output tokens."""
    chance = random.Random(f"backfill {requests} {days}")  # noqa: S311 - invented, no secret
    end = time.time() - 3600
    times = sorted(end - chance.random() * days * DAY_SECONDS for _ in range(requests))
    total = 0
    for number in range(0, requests, IN_A_SESSION):
        lines = list(_session(chance, number, times[number : number + IN_A_SESSION]))
        total += sum(each["message"]["usage"]["output_tokens"] for each in lines)
        folder = f"-srv-project-{number // IN_A_SESSION % PROJECTS}"
        write_transcript(root, f"{folder}/session-{number}.jsonl", *lines)
    return total


def _session(chance: random.Random, first: int, times: list[float]) -> Iterator[Line]:
    for number, at in enumerate(times, first):
        yield answer(
            f"msg_{number}",
            request_id=f"req_{number}",
            when=datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="milliseconds"),
            model=MODEL,
            session=f"session-{first}",
            cwd=f"/srv/project-{first // IN_A_SESSION % PROJECTS}",
            tokens=chance.randrange(1, 500),
            output=chance.randrange(1, 4000),
            cache_read=chance.randrange(10_000, 150_000),
            write_5m=chance.randrange(0, 5000),
        )


def _backfill(stack: TestStack, home: Path) -> float:
    environ = {"HOME": str(home), "CLAUDE_OTEL_USAGE_DIR": str(home / "usage")}
    started = time.monotonic()
    stack.succeed("backfill", env=environ)
    return time.monotonic() - started


def _counted(stack: TestStack, days: int) -> dict[str, int]:
    """What both stores have; Loki is asked day by day, as all at once takes it too long."""
    span = f"{days + 1}d"
    output = f'sum(sum_over_time(ledger_tokens{{type="output"}}[{span}]))'
    entries = 'sum(count_over_time({event_name="api_request"}[1d]))'
    now = time.time_ns()
    told = (stack.loki.total(entries, now - day * DAY_SECONDS * 10**9) for day in range(days + 1))
    return {
        "ledger": round(stack.prometheus.total(f"sum(sum_over_time(ledger_api_requests[{span}]))")),
        "loki": round(sum(told)),
        "output tokens": round(stack.prometheus.total(output)),
    }


if __name__ == "__main__":
    bench()
