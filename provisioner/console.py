"""How does a command tell what it is doing? Narration on stderr; results go to stdout."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console as RichConsole
from rich.markup import escape

from provisioner.runtime.model import Report

QUIET_SECONDS = 5.0
"""Without a terminal, a long step says where it is at most this often."""

_TICK, _CROSS = "[green]✓[/green]", "[red]✗[/red]"


def _stderr() -> RichConsole:
    return RichConsole(stderr=True, highlight=False, soft_wrap=True)


@dataclass(slots=True)
class Step:
    """Takes lines about what is under way; its mark is ✓, unless it says that it went wrong."""

    report: Report
    is_ok: bool = True

    def __call__(self, text: str) -> None:
        self.report(text)


@dataclass(frozen=True, slots=True)
class Console:
    """Narrates steps: a spinner in a terminal, plain lines elsewhere."""

    out: RichConsole = field(default_factory=_stderr)

    def say(self, text: str) -> None:
        """One line of narration."""
        self.out.print(escape(text))

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step with a title; what it reports is shown while it runs, and how long it took."""
        started = time.monotonic()
        shown = self._spinning(title) if self.out.is_terminal else self._plain(title)
        try:
            with shown as report:
                step = Step(report)
                yield step
        except BaseException:
            self.out.print(f"{_CROSS} {escape(title)}")
            raise
        seconds = time.monotonic() - started
        mark = _TICK if step.is_ok else _CROSS
        self.out.print(f"{mark} {escape(title)} [dim]({seconds:.1f} s)[/dim]")

    @contextmanager
    def _spinning(self, title: str) -> Iterator[Report]:
        with self.out.status(escape(title)) as status:
            yield lambda line: status.update(f"{escape(title)} [dim]{escape(line)}[/dim]")

    @contextmanager
    def _plain(self, title: str) -> Iterator[Report]:
        last = time.monotonic()

        def report(line: str) -> None:
            nonlocal last
            if time.monotonic() - last >= QUIET_SECONDS:
                last = time.monotonic()
                self.say(f"  {title}: {line}")

        yield report
