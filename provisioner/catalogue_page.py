"""How does the catalogue read as a page? Writes docs/telemetry.md from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from provisioner.event_attributes import EVENTS
from provisioner.stack_figures import RECORDED, TOLD
from provisioner.telemetry import (
    AMOUNTS,
    CONTENT_ATTRIBUTES,
    COUNTERS,
    IDENTITY_ATTRIBUTES,
    PLAN_LIMITS,
    PLAN_WINDOWS,
)

PAGE = "docs/telemetry.md"

_HEAD = """\
# Telemetry

Written by `python -m provisioner.catalogue_page` from `provisioner/telemetry.py`; a test compares
the two.

## The ledger

Amounts in Prometheus: each sample is what was spent since the previous one, so a total is
`sum(sum_over_time(ledger_cost_usd[$__range]))`. Never use `rate` or `increase` on them.
"""

_COUNTERS = """\
## The client's own counters

Scraped from the collector's `:18889/metrics`, for dashboards that people bring along. Our totals do
not use them.
"""

_PLAN_LIMITS = f"""\
## The plan's limits

What the client told its status line last of the limits of a subscription, where `claude-otel
statusline` is that line: told again as long as it runs, and not at all from the reset on. The
collector repeats the last one for three days, so ask for what is still true:
`{PLAN_LIMITS[0].name} and on (window, user) ({PLAN_LIMITS[1].name} > time())`.
`window` is {" or ".join(f"`{each}`" for each in PLAN_WINDOWS)}. Nothing of it enters a total.
"""

_FIGURES = """\
## What the stack tells of itself

Figures that Prometheus' rules record, and those of the engines' own that a board shows. The
collector sends its own to Prometheus every ten seconds, as `job="collector"`; the other engines are
scraped. Nothing of it enters a total.
"""

_EVENTS = """\
## Events

In Loki under `{service_name="claude-code", event_name="…"}`; every attribute is structured
metadata, its dots turned into underscores. Events and attributes that are not listed here are kept
too. `user`, `team`, `project` and `origin` are added to each; `model` has no provider's decoration
(the client's own text is then in `model_client`).
"""


def catalogue_page() -> str:
    """The page, in Markdown."""
    parts = (
        (_HEAD, _amounts()),
        (_COUNTERS, _counters()),
        (_PLAN_LIMITS, _plan_limits()),
        (_FIGURES, _figures()),
        (_EVENTS, _events()),
    )
    return "\n\n".join("\n".join([head, *lines]) for head, lines in parts) + "\n"


def _amounts() -> Iterator[str]:
    yield "| series | unit | made from | labels | what it is |"
    yield "|---|---|---|---|---|"
    for amount in AMOUNTS:
        sources = ", ".join(f"`{source}`" for source in amount.sources) or "every event"
        labels = ", ".join(sorted(amount.all_labels))
        yield f"| `{amount.name}` | {amount.unit} | {sources} | {labels} | {amount.why} |"


def _counters() -> Iterator[str]:
    yield "| series | made from | what it is |"
    yield "|---|---|---|"
    for counter in COUNTERS:
        yield f"| `{counter.prometheus_name}` | `{counter.otel_name}` | {counter.why} |"


def _plan_limits() -> Iterator[str]:
    yield "| series | labels | what it is |"
    yield "|---|---|---|"
    for limit in PLAN_LIMITS:
        yield f"| `{limit.name}` | {', '.join(sorted(limit.labels))} | {limit.why} |"


def _figures() -> Iterator[str]:
    yield "| series | labels | what it is |"
    yield "|---|---|---|"
    for figure in (*RECORDED, *TOLD):
        yield f"| `{figure.name}` | {', '.join(figure.labels)} | {figure.why} |"


def _events() -> Iterator[str]:
    yield f"Known events: {_listed(EVENTS)}."
    yield ""
    yield f"Deleted unless `STACK_KEEP_CONTENT=true`: {_listed(CONTENT_ATTRIBUTES)}."
    yield ""
    yield f"Deleted when `STACK_IDENTITY` is `hash` or `none`: {_listed(IDENTITY_ATTRIBUTES)}."


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    Path(PAGE).write_text(catalogue_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
