"""`claude-otel monitor`: a session while it goes on, for a person or for a program."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:  # help should not wait for what reads transcripts
    from provisioner.live.model import View

Take = Callable[["View"], None]


@click.command()
@click.argument("session", required=False)
@click.option("--interval", default="3s", show_default=True, help="How often to look: 3s, 500ms.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add a line of JSON per look to this file as well.",
)
@click.option("--once", is_flag=True, help="Look once and end.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON per look.")
def monitor(
    *, session: str | None, interval: str, output: Path | None, once: bool, as_json: bool
) -> None:
    """Watch a session while it goes on.

    SESSION is an id or its beginning; without one it is the session that was active last. Without a
    terminal it prints a line of JSON per look. ^C ends it, and so does SIGTERM, with exit code 0.
    """
    from provisioner.live.files import choose_session  # noqa: PLC0415
    from provisioner.live.interval import parse_interval  # noqa: PLC0415
    from provisioner.live.watch import Watch  # noqa: PLC0415
    from provisioner.transcripts.places import roots  # noqa: PLC0415

    seconds = parse_interval(interval)
    folders = roots(os.environ, Path.home())
    watch = Watch(choose_session(folders, session), folders, os.environ, _say)
    ended = _ended_by_sigterm()
    with _taking(output, as_json=as_json) as takers:
        while True:
            view = watch.look(int(time.time() * 1000))
            for take in takers:
                take(view)
            if once or ended.wait(seconds):
                return


def _ended_by_sigterm() -> threading.Event:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    return ended


@contextmanager
def _taking(output: Path | None, *, as_json: bool) -> Iterator[list[Take]]:
    """Who is handed each view."""
    with ExitStack() as stack:
        shown = not as_json and sys.stdout.isatty()
        takers = [stack.enter_context(_screen()) if shown else _lines(sys.stdout)]
        if output:
            file = stack.enter_context(output.open("a", encoding="utf-8"))
            takers.append(_lines(file))
        yield takers


def _lines(file: TextIO) -> Take:
    from provisioner.live.document import view_fields  # noqa: PLC0415

    def take(view: View) -> None:
        file.write(json.dumps(view_fields(view), ensure_ascii=False) + "\n")
        file.flush()

    return take


@contextmanager
def _screen() -> Iterator[Take]:
    """A picture that is drawn anew only when something in it has changed."""
    from rich.console import Console  # noqa: PLC0415
    from rich.live import Live  # noqa: PLC0415

    from provisioner.live.show import show  # noqa: PLC0415

    out = Console(highlight=False, markup=False)
    drawn: list[object] = []
    with Live(console=out, auto_refresh=False) as live:

        def take(view: View) -> None:
            # The picture tells minutes.
            by_minute = replace(view, usage=replace(view.usage, at_ms=view.usage.at_ms // 60_000))
            if drawn != [by_minute, out.size]:
                drawn[:] = [by_minute, out.size]
                live.update(show(view, out.width), refresh=True)

        yield take


def _say(text: str) -> None:
    click.echo(text, err=True)
