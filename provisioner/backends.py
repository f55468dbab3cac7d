"""What do the engines answer? Their HTTP APIs, and nothing else imports `requests`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests

from provisioner.errors import BackendError, DeliveryFailed
from provisioner.stack_figures import Alert

TIMEOUT_SECONDS = 10.0
PAGE = 5000
"""So many entries are asked of Loki at once; it gives no more than 10,000."""

Identity = tuple[int, str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value of one series, at a time in seconds since the epoch."""

    labels: Mapping[str, str]
    at: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event as Loki keeps it: its labels and metadata together, its time in nanoseconds."""

    attributes: Mapping[str, str]
    at_ns: int
    line: str

    @property
    def identity(self) -> Identity:
        """Equal for two readings of one entry; Loki keeps no two that are equal in this."""
        return self.at_ns, self.line, frozenset(self.attributes.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A scrape target of Prometheus and how its last scrape went."""

    job: str
    url: str
    is_up: bool
    last_error: str


def get(url: str, params: Mapping[str, str] | None = None) -> requests.Response:
    """GET with a deadline; raises BackendError when there is no 2xx answer."""
    try:
        with _direct() as session:
            response = session.get(url, params=params, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise BackendError(url, _reason(error)) from error
    if not response.ok:
        raise BackendError(url, f"HTTP {response.status_code}: {response.text.strip()[:300]}")
    return response


def is_ready(url: str) -> bool:
    """Whether a readiness address answers 2xx."""
    try:
        return get(url).ok
    except BackendError:
        return False


def clock_offset_seconds(url: str) -> float | None:
    """How far the clock of whoever answers is ahead of ours; None when it does not say."""
    date = get(url).headers.get("Date")
    if date is None:
        return None
    # The header has whole seconds: compare with the middle of that second.
    return parsedate_to_datetime(date).timestamp() + 0.5 - datetime.now(tz=UTC).timestamp()


def post_otlp(
    url: str, body: bytes, content_type: str, *, token: str = "", key: Path | None = None
) -> None:
    """Hand one OTLP/HTTP request over, with the door's token or the stores' key.

    Raises DeliveryFailed unless it was accepted.
    """
    headers = {"Content-Type": content_type} | authorization(token)
    try:
        with _direct() as session:
            if key:
                session.cert = session.verify = str(key)
            response = session.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except OSError as error:  # requests' own errors are such, and so is a key that is not there
        raise DeliveryFailed(url, _reason(error)) from error
    if not response.ok:
        status = response.status_code
        raise DeliveryFailed(url, f"HTTP {status}: {response.text.strip()[:300]}", status)


def authorization(token: str) -> dict[str, str]:
    """The header that the door asks for; none without a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """Prometheus' query API."""

    url: str

    def query(self, expression: str, at: float | None = None) -> list[Sample]:
        """An instant vector; raises BackendError when the query fails."""
        params = {"query": expression} | ({"time": repr(at)} if at is not None else {})
        data = _data(get(f"{self.url}/api/v1/query", params))
        return [_sample(each["metric"], each["value"]) for each in data["result"]]

    def total(self, expression: str, at: float | None = None) -> float:
        """The one number of an aggregation; 0 when nothing was found."""
        return sum(sample.value for sample in self.query(expression, at))

    def samples(self, selector: str, seconds: int, at: float | None = None) -> list[Sample]:
        """Every stored sample of a selector's series in the seconds up to a moment, or to now."""
        params = {"query": f"{selector}[{seconds}s]"} | ({"time": repr(at)} if at else {})
        data = _data(get(f"{self.url}/api/v1/query", params))
        return [_sample(each["metric"], pair) for each in data["result"] for pair in each["values"]]

    def query_range(
        self, expression: str, start: float, end: float, step_seconds: float
    ) -> list[Sample]:
        """A range query, flattened to samples."""
        times = {"start": repr(start), "end": repr(end), "step": f"{step_seconds}s"}
        params = {"query": expression} | times
        data = _data(get(f"{self.url}/api/v1/query_range", params))
        return [_sample(each["metric"], pair) for each in data["result"] for pair in each["values"]]

    def config(self) -> str:
        """The configuration that is loaded, as YAML."""
        return str(_data(get(f"{self.url}/api/v1/status/config"))["yaml"])

    def targets(self) -> list[Target]:
        """Every scrape target, sorted by job."""
        data = _data(get(f"{self.url}/api/v1/targets", {"state": "active"}))
        found = (
            Target(
                job=each["labels"]["job"],
                url=each["scrapeUrl"],
                is_up=each["health"] == "up",
                last_error=each["lastError"],
            )
            for each in data["activeTargets"]
        )
        return sorted(found, key=lambda target: (target.job, target.url))

    def firing(self) -> list[Alert]:
        """Every alert that fires, critical ones first."""
        data = _data(get(f"{self.url}/api/v1/alerts"))
        found = (
            Alert(
                name=each["labels"]["alertname"],
                severity=each["labels"]["severity"],
                summary=each["annotations"]["summary"],
                runbook=each["annotations"]["runbook"],
            )
            for each in data["alerts"]
            if each["state"] == "firing"
        )
        return sorted(found, key=lambda alert: (alert.severity, alert.name, alert.summary))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loki:
    """Loki's query API."""

    url: str

    def entries(
        self,
        query: str,
        start_ns: int,
        end_ns: int,
        limit: int | None = None,
        *,
        newest: bool = False,
    ) -> list[Entry]:
        """Log entries of a query with start <= time < end, oldest first, read page by page.

        Over the limit they are the oldest of the span, unless the newest are asked for.
        """
        size = PAGE if limit is None else min(limit, PAGE)
        found: dict[Identity, Entry] = {}
        while start_ns < end_ns and (limit is None or len(found) < limit):
            page = self._page(query, start_ns, end_ns, size, "backward" if newest else "forward")
            found |= {entry.identity: entry for entry in page}
            if len(page) < size:
                break
            # More may share the instant at the page's edge, unless that is all the page holds.
            first, last = page[0].at_ns, page[-1].at_ns
            if newest:
                end_ns = first + 1 if first + 1 < end_ns else first
            else:
                start_ns = last if last > start_ns else last + 1
        ordered = sorted(found.values(), key=lambda entry: entry.at_ns)
        return ordered[-limit:] if newest and limit else ordered[:limit]

    def _page(
        self, query: str, start_ns: int, end_ns: int, size: int, direction: str
    ) -> list[Entry]:
        params = {
            "query": query,
            "start": str(start_ns),
            "end": str(end_ns),
            "limit": str(size),
            "direction": direction,
        }
        data = _data(get(f"{self.url}/loki/api/v1/query_range", params))
        return sorted(_entries(data["result"]), key=lambda entry: entry.at_ns)

    def query(self, query: str, at_ns: int | None = None) -> list[Sample]:
        """An instant vector of a metric query; raises BackendError when the query fails."""
        params = {"query": query, "time": str(at_ns or time.time_ns())}
        data = _data(get(f"{self.url}/loki/api/v1/query", params))
        return [_sample(each["metric"], each["value"]) for each in data["result"]]

    def total(self, query: str, at_ns: int | None = None) -> float:
        """The one number of a metric query; 0 when nothing was found."""
        return sum(sample.value for sample in self.query(query, at_ns))

    def query_range(
        self, query: str, start_ns: int, end_ns: int, step_seconds: float
    ) -> list[Sample]:
        """A metric query over a range, flattened to samples."""
        times = {"start": str(start_ns), "end": str(end_ns), "step": f"{step_seconds}s"}
        data = _data(get(f"{self.url}/loki/api/v1/query_range", {"query": query} | times))
        return [_sample(each["metric"], pair) for each in data["result"] for pair in each["values"]]


def _direct() -> requests.Session:
    """A session that asks no proxy of the environment: none could reach this machine's ports."""
    session = requests.Session()
    session.trust_env = False
    return session


def _reason(error: OSError) -> str:
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_SECONDS:.0f} s"
    return str(error)


def _data(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except json.JSONDecodeError as error:
        raise BackendError(response.url, "the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise BackendError(response.url, f"no store answers like this: {answer}")
    if answer.get("status") != "success":
        raise BackendError(response.url, f"{answer.get('error', answer)}")
    data: dict[str, Any] = answer["data"]
    return data


def _sample(labels: Mapping[str, str], pair: Sequence[Any]) -> Sample:
    return Sample(labels=labels, at=float(pair[0]), value=float(pair[1]))


def _entries(streams: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    for stream in streams:
        for value in stream["values"]:
            # With structured metadata, Loki folds an entry's metadata into the stream's labels.
            yield Entry(attributes=stream["stream"], at_ns=int(value[0]), line=value[1])
