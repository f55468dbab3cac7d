"""How fast do both answer the same questions about weeks of work?

The copied configuration's past is written as its Prometheus would have scraped it had nothing gone
wrong: each counter of each session every 15 seconds, from its first request on, and for five
minutes after each, when the exporter forgets it. Ours is filled as the demo is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import click

from bench.binaries import binaries_of
from bench.filled import EAGERNESS
from bench.plain.copied import SCRAPE_SECONDS, prometheus_of_the_past
from bench.plain.totals import COST, COUNTERS, TOKENS
from provisioner.backends import Prometheus
from provisioner.demo.days import Invention, invented_days
from provisioner.demo.stack import write_day
from provisioner.history import Stores, write_amounts
from provisioner.ledger import Labels, Series
from provisioner.records import Event, Record, Value
from provisioner.runtime.model import Report, silent
from provisioner.telemetry import TOKEN_TYPES
from tests.stack.stacks import TestStack

DAY_SECONDS = 86_400
KEPT_MS = 300_000
SCRAPE_MS = SCRAPE_SECONDS * 1000

OWN = ("model", "effort", "query_source")
COMMON = ("session.id", "user.id", "user.email", "user.account_uuid", "organization.id")
WHERE = ("terminal.type", "vcs.owner.name", "vcs.repository.name")

RELATIVE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of both, each in its own words; of each day, or of the whole range."""

    title: str
    ours: str
    theirs: str
    is_daily: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How long both took, and the sum of what they said."""

    question: Question
    seconds: tuple[float, float]
    totals: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was asked about which past, and what was really spent in it."""

    samples: tuple[int, int]
    cost_usd: float
    answers: tuple[Answer, ...]


def compare_past(  # noqa: PLR0913  what is invented, and where
    stack: TestStack, folder: Path, *, developers: int, days: int, repeat: int, report: Report
) -> Past:
    """Write the same weeks of work into both, and ask both the same questions, in turn."""
    end = datetime.now(tz=UTC).astimezone().replace(microsecond=0)
    wanted = Invention(end=end, days=days, people=developers, eagerness=EAGERNESS)
    with prometheus_of_the_past(folder, binaries_of(stack)) as theirs:
        requests: list[Event] = []
        amounts = 0
        for number, records in enumerate(invented_days(wanted), 1):
            report(f"{number} of {days} days into our stack")
            amounts += write_day(stack.stores, records).amounts
            requests += _requests(records)
        scraped = _write_scraped(theirs, requests, report)
        answers = tuple(
            _ask(question, (stack.prometheus, theirs), end.timestamp(), days, repeat)
            for question in questions(days)
        )
    cost = sum(float(each.attributes["cost_usd"]) for each in requests)
    past = Past(samples=(amounts, scraped), cost_usd=cost, answers=answers)
    _check_ours(past)
    return past


def questions(days: int) -> Iterator[Question]:
    """Cost, and tokens: of the range, by what they are told apart by, and of each day."""
    counter = COUNTERS[COST]
    labels = {"": "", "by model": "model", "by user": "user", "by project": "project"}
    their_labels = {**labels, "by user": "user_email", "by project": "vcs_repository_name"}
    for title, label in labels.items():
        by, their_by = (f" by ({each})" if each else "" for each in (label, their_labels[title]))
        yield Question(
            title=f"cost {title}".strip(),
            ours=f"sum{by}(sum_over_time(ledger_cost_usd[{days}d]))",
            theirs=f"sum{their_by}(increase({counter}[{days}d]))",
        )
    yield Question(
        title="tokens by type",
        ours=f"sum by (type) (sum_over_time(ledger_tokens[{days}d]))",
        theirs=f"sum by (type) (increase({COUNTERS[TOKENS]}[{days}d]))",
    )
    for title in ("by model", "by user"):
        yield Question(
            title=f"cost of each day {title}",
            ours=f"sum by ({labels[title]}) (sum_over_time(ledger_cost_usd[1d]))",
            theirs=f"sum by ({their_labels[title]}) (increase({counter}[1d]))",
            is_daily=True,
        )


def _requests(records: Iterable[Record]) -> Iterator[Event]:
    return (each for each in records if isinstance(each, Event) and each.name == "api_request")


def _write_scraped(theirs: Prometheus, requests: list[Event], report: Report) -> int:
    """Every session's counters, as they would have been scraped; how many samples."""
    stores = Stores(prometheus_url=theirs.url, loki_url="", loki_read_url="")
    sessions: dict[Value, list[Event]] = {}
    for each in requests:
        sessions.setdefault(each.attributes["session.id"], []).append(each)
    written = 0
    for number, session in enumerate(sessions.values()):
        report(f"{number} of {len(sessions)} sessions into the copied configuration's Prometheus")
        written += write_amounts(stores, scraped(session), silent)
    return written


def scraped(requests: Iterable[Event]) -> dict[Series, dict[int, float]]:
    """The counters of one session, at every scrape while the exporter shows them."""
    grown: dict[Series, list[tuple[int, float]]] = {}
    for request in requests:
        for series, value in _increments(request):
            grown.setdefault(series, []).append((request.at_ns // 1_000_000, value))
    return {series: _samples(increments) for series, increments in grown.items()}


def _increments(request: Event) -> Iterator[tuple[Series, float]]:
    said = request.attributes
    labels = {
        name.replace(".", "_"): str(said[name]) for name in (*OWN, *COMMON, *WHERE) if name in said
    }
    labels |= {
        "job": "otel-collector",
        "instance": "otel-collector:8889",
        "exported_job": "claude-code",
    }
    yield Series(COUNTERS[COST], _sorted(labels)), float(said["cost_usd"])
    for kind, attribute in TOKEN_TYPES.items():
        yield Series(COUNTERS[TOKENS], _sorted({**labels, "type": kind})), float(said[attribute])


def _sorted(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _samples(increments: list[tuple[int, float]]) -> dict[int, float]:
    """The counter's value at each scrape, of increments in the order of their times."""
    found: dict[int, float] = {}
    total = 0.0
    for at_ms, value in increments:
        total += value
        first = -(-at_ms // SCRAPE_MS) * SCRAPE_MS
        # What is scraped later is written over when the next increment comes before it.
        found |= dict.fromkeys(range(first, at_ms + KEPT_MS, SCRAPE_MS), total)
    return found


def _ask(
    question: Question, both: tuple[Prometheus, Prometheus], end: float, days: int, repeat: int
) -> Answer:
    taken: tuple[list[float], list[float]] = ([], [])
    totals = [0.0, 0.0]
    for _ in range(repeat):
        for number, store in enumerate(both):
            query = (question.ours, question.theirs)[number]
            began = time.perf_counter()
            if question.is_daily:
                start = end - (days - 1) * DAY_SECONDS
                found = store.query_range(query, start, end, DAY_SECONDS)
            else:
                found = store.query(query, end)
            taken[number].append(time.perf_counter() - began)
            totals[number] = sum(sample.value for sample in found)
    return Answer(
        question=question,
        seconds=(median(taken[0]), median(taken[1])),
        totals=(totals[0], totals[1]),
    )


def _check_ours(past: Past) -> None:
    """Our answers about money have to be the truth."""
    for each in past.answers:
        found = each.totals[0]
        is_wrong = abs(found - past.cost_usd) > RELATIVE_TOLERANCE * past.cost_usd
        if each.question.title.startswith("cost") and is_wrong:
            raise click.ClickException(
                f"{each.question.title}: our stack says {found!r}, and {past.cost_usd!r} was spent"
            )
