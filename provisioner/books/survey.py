"""What do transcripts and stores know of a span of time, and what do the stores miss?"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.backends import Loki, Prometheus
from provisioner.books.match import Match, match
from provisioner.books.settled import settle
from provisioner.books.told import DAY_MS, Told, parts, read_told
from provisioner.runtime.model import Report
from provisioner.transcripts.model import Query, Response
from provisioner.transcripts.usage import Usage
from provisioner.workspace import Workspace

EDGE_MS = 3_600_000
"""So much is read before the span, so that what belongs together is found on both sides of it."""

_PLAIN = re.compile(r"[\w.-]+")
_ADDED = 'ledger_api_requests{origin="transcript",outcome="ok"}'
_BY_SESSION = "sum by (session) (sum_over_time(ledger_session_requests[{}ms]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when on answers are compared, until when they are settled, and now.

    What is younger may still come by itself. `sessions` narrows to some, if any are named.
    """

    since_ms: int
    settled_ms: int
    now_ms: int
    sessions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found: answers on both sides, and what is in one store only.

    `held_back` are missing in Loki, but the ledger has more of their session than Loki: Loki must
    have lost them, and adding them would count them twice. `unsummed` are entries without amounts.
    Up to `heard_ms` both stores have all that was acknowledged.
    """

    span: Span
    heard_ms: int
    match: Match
    missing: Sequence[Response]
    held_back: Sequence[Response]
    unsummed: Sequence[Told]
    taken: frozenset[int]
    too_recent: int
    too_old: int


def oldest_ms(workspace: Workspace, now_ms: int) -> int:
    """From when on both stores take history; an hour less than they are told to keep."""
    settings = workspace.settings
    kept = (
        settings.prometheus.retention_days,
        settings.prometheus.out_of_order_days,
        settings.loki.retention_days,
    )
    return now_ms - min(kept) * DAY_MS + EDGE_MS


def spanning(
    workspace: Workspace, since_ms: int | None, grace_seconds: float, sessions: Sequence[str] = ()
) -> Span:
    """The span up to now, as far back as the stores go."""
    now_ms = int(time.time() * 1000)
    since = max(since_ms or 0, oldest_ms(workspace, now_ms))
    settled = now_ms - int(grace_seconds * 1000)
    return Span(since_ms=since, settled_ms=settled, now_ms=now_ms, sessions=sessions)


def survey(workspace: Workspace, usage: Usage, span: Span, report: Report) -> Survey:
    """Compare transcripts with both stores.

    The transcripts are read before the stores, so that nothing is missed that was told meanwhile.
    """
    early, late = span.since_ms - EDGE_MS, span.settled_ms
    asked = Query(since_ms=early, until_ms=late, sessions=span.sessions)
    responses = list(usage.responses(asked))
    report(f"{len(responses):,} answers in transcripts")
    settled_at = settle(workspace)
    loki, prometheus = Loki(url=workspace.url("loki")), _prometheus(workspace)
    oldest = early - DAY_MS
    if span.sessions and responses:
        oldest = responses[0].at_ms - DAY_MS
    until = int(time.time() * 1000) + DAY_MS
    told = read_told(loki, oldest, until, report)
    found = match(responses, told)
    inside = [each for each in found.missing if each.at_ms >= span.since_ms]
    added = [each for each in told if each.origin == "transcript"]
    summed = _sample_times(prometheus, _ADDED, oldest, until) if added else set()
    lost = _lost_sessions(workspace, told, summed, (oldest, settled_at)) if inside else set()
    partly = {pair.response.session for pair in found.live} & {each.session for each in inside}
    return Survey(
        span=span,
        heard_ms=int(settled_at * 1000),
        match=found,
        missing=[each for each in inside if each.session not in lost],
        held_back=[each for each in inside if each.session in lost],
        unsummed=[each for each in added if each.at_ms not in summed],
        taken=frozenset({each.at_ms for each in added} | _session_times(workspace, partly, oldest)),
        too_recent=_count(usage, Query(since_ms=late, sessions=span.sessions)),
        too_old=_count(usage, Query(until_ms=span.since_ms, sessions=span.sessions)),
    )


def _prometheus(workspace: Workspace) -> Prometheus:
    return Prometheus(url=workspace.url("prometheus"))


def _count(usage: Usage, query: Query) -> int:
    return sum(each.requests for each in usage.slices(query))


def _sample_times(prometheus: Prometheus, selector: str, start_ms: int, end_ms: int) -> set[int]:
    """At which milliseconds some series have samples."""
    found: set[int] = set()
    for start, end in parts(start_ms, end_ms):
        samples = prometheus.samples(selector, -(-(end - start) // 1000), end / 1000)
        found |= {round(each.at * 1000) for each in samples}
    return found


def _session_times(workspace: Workspace, sessions: set[str], start_ms: int) -> set[int]:
    """When live amounts stand in the series of sessions, which know no origin."""
    if not sessions or not workspace.settings.session_series:
        return set()
    # What the client names is no regular expression; what somebody else names might end the text.
    named = "|".join(sorted(each for each in sessions if _PLAIN.fullmatch(each)))
    selector = f'ledger_session_requests{{session=~"{named}"}}'
    now_ms = int(time.time() * 1000)
    return _sample_times(_prometheus(workspace), selector, start_ms, now_ms)


def _lost_sessions(
    workspace: Workspace, told: Sequence[Told], summed: set[int], span: tuple[int, float]
) -> set[str]:
    """Sessions of which the ledger has more answers than Loki, which is told everything first."""
    if not workspace.settings.session_series:
        return set()
    known = Counter(each.session for each in told if each.key == "" or each.at_ms in summed)
    start_ms, at = span
    counted = _prometheus(workspace).query(_BY_SESSION.format(int(at * 1000) - start_ms), at)
    sessions = ((each.labels.get("session", ""), each.value) for each in counted)
    return {session for session, answers in sessions if answers > known[session]}
