"""How does an analysis look in a terminal? Section by section, what cost most first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from rich import box
from rich.console import Console
from rich.table import Table

from provisioner.reports.amounts import Amounts
from provisioner.reports.analysis.analyse import Analysis
from provisioner.reports.analysis.contexts import Cause
from provisioner.reports.analysis.spending import Spender, Work
from provisioner.reports.table import SHORT_ID, Look, short_model
from provisioner.reports.wording import UNKNOWN, cost, count, dollars, few

CAUSES: Mapping[Cause, str] = {
    "expired": "it expired in a pause",
    "other model": "another model went on",
    "changed": "context changed, or cache lost",
}
NO_TRANSCRIPT = (
    "What leaves no transcript is not in this, such as the request for a compaction's summary."
)
ARITHMETIC = "Arithmetic, no advice: another model would have used other numbers of tokens."
_LEFT = ("tokens of", "because", "model", "session", "project", "prompt", "begun", "work")
_WIDEST = {"project": 18, "model": 24, "work": 36}
"""Names that may be long, and what a narrow terminal has room for."""


def print_analysis(analysis: Analysis, look: Look, out: Console) -> None:
    """Print everything that was found."""
    page = _Page(analysis, look, out)
    page.say(
        f"{cost(analysis.total, 'tokens')} at list prices, "
        f"in {few('response', analysis.total.requests)}"
    )
    page.extras()
    page.kinds()
    page.cache()
    page.models()
    page.spenders()
    page.work()
    page.say(f"\n{NO_TRANSCRIPT}")


class _Page:
    """Prints the parts of one analysis."""

    def __init__(self, analysis: Analysis, look: Look, out: Console) -> None:
        self._found = analysis
        self._look = look
        self._out = out

    def say(self, text: str) -> None:
        self._out.print(text, soft_wrap=self._look.width is None)

    def extras(self) -> None:
        extras = self._found.extras
        reasons = (
            (extras.fast, f"{few('response', extras.fast)} in fast mode"),
            (extras.in_us, f"{few('response', extras.in_us)} in the US alone"),
            (extras.web_searches, few("web search", extras.web_searches).replace("hs", "hes")),
        )
        if said := ", ".join(text for number, text in reasons if number):
            less_or_more = "less" if extras.cost < 0 else "more"
            self.say(f"A bill has about {dollars(abs(extras.cost))} {less_or_more}: {said}.")

    def kinds(self) -> None:
        rows = (
            (kind.name, count(kind.tokens), dollars(kind.cost), self._share(kind.cost))
            for kind in self._found.kinds
            if kind.tokens
        )
        self._table("Where it went", ("tokens of", "tokens", "cost", "share"), rows)

    def cache(self) -> None:
        rows = [
            (
                CAUSES[each.cause],
                count(each.times),
                count(each.tokens),
                dollars(each.cost),
                dollars(each.as_read),
            )
            for each in self._found.paid_again
        ]
        heading = "Context that was in the cache, and was paid for again"
        columns = ("because", "times", "tokens", "cost", "from the cache")
        self._table(heading, columns, rows)
        self._falls()
        times = self._found.lifetimes
        self.say(
            f"Conversations cost {dollars(times.cost)}; had the cache always lived five minutes, "
            f"{dollars(times.five_minutes)}; one hour, {dollars(times.one_hour)}."
        )

    def _falls(self) -> None:
        falls = self._found.compactions
        if falls.times:
            self.say(
                f"{few('context', falls.times)} fell to less than half, compacted or cut back: "
                f"from {count(falls.tokens_before)} to {count(falls.tokens_after)} tokens; "
                f"writing what followed to the cache cost {dollars(falls.cost)}."
            )

    def models(self) -> None:
        rows = (
            (
                short_model(use.model),
                *self._amounts(use.amounts),
                UNKNOWN
                if use.everything_at_its_price is None
                else dollars(use.everything_at_its_price),
            )
            for use in self._found.models
        )
        columns = ("model", "requests", "cost", "share", "all tokens at its price")
        self._table("Models", columns, rows)
        self.say(ARITHMETIC)

    def spenders(self) -> None:
        what = ("begun", "requests", "cost", "share")
        sessions = (
            (each.session[:SHORT_ID], _folder(each.project), *self._spent(each))
            for each in self._found.sessions
        )
        self._table("Dearest sessions", ("session", "project", *what), sessions)
        prompts = (
            (each.prompt_id[:SHORT_ID], each.session[:SHORT_ID], *self._spent(each))
            for each in self._found.prompts
        )
        self._table("Dearest prompts, with their agents", ("prompt", "session", *what), prompts)

    def work(self) -> None:
        rows = ((_who(each), *self._amounts(each.amounts)) for each in self._found.work)
        self._table("Who did the work", ("work", "requests", "cost", "share"), rows)

    def _spent(self, found: Spender) -> tuple[str, ...]:
        begun = f"{self._look.zone.local(found.first_ms):%Y-%m-%d %H:%M}"
        return begun, *self._amounts(found.amounts)

    def _amounts(self, amounts: Amounts) -> tuple[str, str, str]:
        return count(amounts.requests), cost(amounts, "tokens"), self._share(amounts.cost)

    def _share(self, part: int) -> str:
        whole = self._found.total.cost
        return f"{part / whole:.0%}" if whole else ""

    def _table(self, heading: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
        table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
        for name in columns:
            table.add_column(
                name,
                justify="left" if name in _LEFT else "right",
                no_wrap=True,
                overflow="ellipsis",
                max_width=None if self._look.width is None else _WIDEST.get(name),
            )
        for row in rows:
            table.add_row(*row)
        self.say(f"\n{heading}{'' if table.row_count else ': none'}")
        if table.row_count:
            self._out.print(table, soft_wrap=self._look.width is None)


def _folder(project: str) -> str:
    return PurePath(project).name or project


def _who(found: Work) -> str:
    if found.source == "main":
        return "conversations"
    return f"{found.source} {found.agent_type}".strip()
