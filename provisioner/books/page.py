"""How is a reconciliation told? As a table with its notes, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich import box
from rich.table import Table

from provisioner.books.backfill import Backfilled
from provisioner.books.edges import Gap
from provisioner.books.reasons import MEANING
from provisioner.books.reconcile import Reconciliation, Row
from provisioner.books.sums import Sum, total
from provisioner.reports.wording import few

SCHEMA = "claude-otel/reconcile/1"
LEFT_ALONE = "are left alone: the ledger has more of their sessions than Loki, which lost entries"


def table(found: Reconciliation) -> Table:
    """A line for each day of a project: requests in the three books, and what is missing."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("day", "project"):
        shown.add_column(heading)
    for heading in ("transcripts", "live", "added", "beside", "ledger", "missing", "dollars"):
        shown.add_column(heading, justify="right")
    shown.add_column("why")
    for row in found.rows:
        counts = (row.transcripts, row.live, row.added, row.beside, row.ledger, row.missing)
        shown.add_row(
            row.day,
            row.project,
            *(f"{each.requests:,}" for each in counts),
            dollars(row.missing.cost_usd) if row.missing.requests else "",
            "; ".join(_why(row)),
        )
    return shown


def notes(found: Reconciliation) -> Iterator[str]:
    """What is said once: what is wrong, then what only looks so."""
    seen = {reason for row in found.rows for reason in row.reasons}
    for reason in sorted(seen):
        yield f"{reason}: {MEANING[reason]}"
    wrong = {
        "have an entry in Loki but no amounts: a backfill ended early": found.unsummed,
        "were told by the client after they had been added": found.twice,
        LEFT_ALONE: found.held_back,
        "have other tokens in Loki than in transcripts": found.differing.requests,
    }
    for what, count in wrong.items():
        if count:
            yield f"{count:,} requests {what}"
    yield from _no_disagreements(found)


def _no_disagreements(found: Reconciliation) -> Iterator[str]:
    for kind, amount in sorted(found.untold.items()):
        yield f"no disagreement: {kind}: {_amount(amount)}, told live"
    if found.repriced.requests:
        yield (
            f"no disagreement: the client's estimates of {found.repriced.requests:,} requests are "
            f"{dollars(found.repriced.cost_usd)} off today's price list"
        )
    if found.unpriced:
        yield f"{found.unpriced:,} requests have no known price: their cost is left out"
    if found.too_recent:
        yield f"{found.too_recent:,} requests are too recent to tell: telemetry may be on its way"
    if found.too_old:
        yield f"{found.too_old:,} requests are older than what was compared"


def verdict(found: Reconciliation) -> str:
    """The last line."""
    missing = total(row.missing for row in found.rows)
    if found.agrees:
        known = total(row.transcripts for row in found.rows)
        return f"the books agree: {_amount(known)}"
    if missing.requests:
        return (
            f"the books disagree: {_amount(missing)} missing\n"
            "  next: claude-otel reconcile --repair"
        )
    return "the books disagree\n  next: see the lines above"


def told(done: Backfilled) -> Iterator[str]:
    """What was written in, and what was not."""
    entered = done.entered
    added = few("request", entered.answers - done.completed)
    yield f"{added} added, {dollars(entered.cost_usd)}"
    if done.completed:
        yield f"{done.completed:,} of an interrupted run completed"
    for reason, keys in entered.refused.items():
        yield f"{len(keys):,} refused for good, as {keys[0]}: {reason}"


def document(found: Reconciliation, done: Backfilled | None) -> dict[str, object]:
    """The same as JSON."""
    repaired = {} if done is None else {"repaired": _repaired(done)}
    return {
        "schema": SCHEMA,
        "agree": found.agrees,
        "rows": [_row(row) for row in found.rows],
        "not_in_transcripts": {kind: each._asdict() for kind, each in found.untold.items()},
        "price_list_difference": found.repriced._asdict(),
        "told_differently": found.differing._asdict(),
        "told_twice": found.twice,
        "entries_without_amounts": found.unsummed,
        "left_alone": found.held_back,
        "too_recent": found.too_recent,
        "too_old": found.too_old,
        "unpriced": found.unpriced,
        **repaired,
    }


def _repaired(done: Backfilled) -> dict[str, object]:
    return {
        "requests": done.entered.answers,
        "cost_usd": done.entered.cost_usd,
        "refused": {reason: len(keys) for reason, keys in done.entered.refused.items()},
    }


def _row(row: Row) -> dict[str, object]:
    columns: Mapping[str, Sum | Gap] = {
        "transcripts": row.transcripts,
        "told_live": row.live,
        "added": row.added,
        "not_in_transcripts": row.beside,
        "missing": row.missing,
        "ledger": row.ledger,
        "ledger_lacks": row.gap,
    }
    sums = {name: each._asdict() for name, each in columns.items()}
    return {"day": row.day, "project": row.project, **sums, "reasons": dict(row.reasons)}


def _why(row: Row) -> Iterator[str]:
    for reason, count in sorted(row.reasons.items()):
        yield f"{count:,} {reason}"
    if not row.gap.is_nothing:
        less, more = row.gap.requests > 0 or row.gap.cost_usd > 0, abs(row.gap.requests)
        yield f"the ledger has {more:,} {'fewer' if less else 'more'} than Loki was told"


def _amount(amount: Sum) -> str:
    asked, read = few("request", amount.requests), few("token", amount.tokens)
    return f"{asked}, {read}, {dollars(amount.cost_usd)}"


def dollars(amount: float) -> str:
    """A cost, to the cent or, below a dollar, finer."""
    return f"${amount:,.2f}" if abs(amount) >= 1 or not amount else f"${amount:.4f}"
