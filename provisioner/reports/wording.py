"""How are counts, costs and coverage put into words?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisioner.reports.amounts import Amounts, CostName
from provisioner.reports.rows import Value
from provisioner.transcripts.model import PICODOLLARS, UNREADABLE, Coverage, SkipReason

CENT = PICODOLLARS // 100
UNKNOWN = "unknown"
AT_LEAST = "≥ "
_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def count(number: float) -> str:
    """1,234,567."""
    return f"{number:,.0f}"


def short_count(number: float) -> str:
    """1.23M: three digits and more where they fit, for narrow tables."""
    for step, letter in _STEPS:
        if number >= step:
            share = number / step
            return f"{share:.{max(0, 3 - len(str(int(share))))}f}{letter}"
    return f"{number:.0f}"


def dollars(picodollars: int) -> str:
    """$12.34; below a cent as many digits as it takes to see two."""
    if 0 < picodollars < CENT:
        return f"${picodollars / PICODOLLARS:.{_places(picodollars)}f}"
    return f"${(picodollars + CENT // 2) // CENT / 100:,.2f}"


def _places(picodollars: int) -> int:
    """The places after the point that show two digits."""
    return len(str(PICODOLLARS)) - len(str(picodollars)) + 1


def cost(amounts: Amounts, which: CostName) -> str:
    """What it cost: unknown where nothing has a price, at least that much where not all has."""
    if amounts.is_unknown:
        return UNKNOWN
    known = dollars(amounts.cost if which == "tokens" else amounts.billed)
    return f"{AT_LEAST if amounts.unpriced else ''}{known}"


def of_usd(usd: Value) -> str:
    """Dollars of a field; nothing where it is empty."""
    return dollars(round(usd * PICODOLLARS)) if isinstance(usd, float) else ""


def span(minutes: float) -> str:
    """2 h 05 min."""
    hours, rest = divmod(int(minutes), 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


def few(word: str, number: int) -> str:
    """1 file, 2 files."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def coverage_line(coverage: Coverage) -> str:
    """What the numbers rest on, in one line."""
    read = (("file", coverage.files), ("line", coverage.lines), ("response", coverage.responses))
    parts = [
        ", ".join(few(word, number) for word, number in read),
        f"{few('duplicate', coverage.duplicates)} merged",
        f"{few('line', sum(coverage.skipped.values()))} skipped{_reasons(coverage.skipped)}",
        f"{few('file', coverage.gone)} gone since",
    ]
    odd = dict(coverage.flags)
    if unreadable := odd.pop(UNREADABLE, 0):
        parts.append(f"{few('file', unreadable)} unreadable")
    if odd:
        parts.append(f"odd but counted{_reasons(odd)}")
    return f"coverage: {'; '.join(parts)}"


def _reasons(counts: Mapping[SkipReason, int] | Mapping[str, int]) -> str:
    """The parts of a sum, in brackets."""
    named = ", ".join(f"{name} {count(number)}" for name, number in sorted(counts.items()))
    return f" ({named})" if named else ""


def basis_line(timezone: str, which: CostName) -> str:
    """Where days begin, and which of the two costs is meant."""
    meant = "tokens at list prices" if which == "tokens" else "an estimate of what is billed"
    return f"times in {timezone}; costs are {meant}"


def unpriced_line(models: Sequence[str]) -> str:
    """Which models have no price."""
    whose = "its cost is" if len(models) == 1 else "their costs are"
    return f"no price is known for {', '.join(models)}: {whose} left out of every sum"
