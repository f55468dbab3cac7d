"""What may other Python programs use? Runs of the client, live usage, and reports.

    from provisioner.api import monitor_session, read_usage, run_claude_with_telemetry

Whatever goes wrong in an expected way is a `provisioner.errors.StackError`, whose text says what,
where and what to do next.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, get_args

from provisioner.errors import WrongArgument
from provisioner.live.headless import Outcome, run_headless
from provisioner.live.launch import Launch, client_environment
from provisioner.live.limits import read_limits
from provisioner.live.model import SessionUsage, View
from provisioner.live.session import Session
from provisioner.live.watch import Watch
from provisioner.prices import open_prices
from provisioner.reports.document import as_json
from provisioner.reports.periods import between
from provisioner.reports.report import Question, ReportName, answer, with_whole_names
from provisioner.reports.rows import usual_order
from provisioner.reports.zones import find_zone
from provisioner.runtime.model import silent
from provisioner.transcripts.model import Query
from provisioner.transcripts.places import index_directory, roots
from provisioner.transcripts.usage import open_usage
from provisioner.workspace import open_workspace

__all__ = [
    "ModelUsage",
    "Monitor",
    "Run",
    "SessionUsage",
    "monitor_session",
    "read_usage",
    "run_claude_with_telemetry",
]

OnUsage = Callable[[SessionUsage], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What one model used, in the client's own account."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run of the client ended, in its own account; subagents are included.

    With `is_error` the client did end with a result, which says what went wrong. `record` is all
    that it printed.
    """

    session_id: str
    result: str
    is_error: bool
    exit_code: int
    turns: int
    cost_usd: float
    models: Mapping[str, ModelUsage]
    record: Mapping[str, Any] = field(repr=False)

    @property
    def total_tokens(self) -> int:
        """All tokens, those read from and written to the cache included."""
        return sum(
            each.input_tokens
            + each.output_tokens
            + each.cache_read_tokens
            + each.cache_write_tokens
            for each in self.models.values()
        )


def run_claude_with_telemetry(  # noqa: PLR0913 - each has its default
    prompt: str,
    *,
    cwd: str | Path,
    model: str | None = None,
    attributes: Mapping[str, str] | None = None,
    on_usage: OnUsage | None = None,
    timeout: float | None = None,
    arguments: Sequence[str] = (),
    program: str | Path = "claude",
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run the client with one prompt, without a terminal, its telemetry led to this stack.

    `attributes` are told with all of the run's telemetry: an orchestration's id, a team. `on_usage`
    is called in this thread each time the session has used more. After `timeout` seconds the client
    is ended. `arguments` are further options of the client's, `environment` all that it finds in
    place of this process's environment.

    Raises ClientUnavailable where the client cannot be started, ClientFailed where it gives no
    result (in time), RootNotFound and SettingsError where it is unclear which stack is meant.
    """
    environ = os.environ if environment is None else environment
    workspace = open_workspace(environ)
    launch = Launch(
        prompt=prompt,
        session_id=str(uuid.uuid4()),
        cwd=Path(cwd),
        environment=client_environment(
            environ, workspace.settings, attributes or {}, workspace.token
        ),
        program=str(program),
        model=model,
        arguments=arguments,
    )
    watcher = _Watcher(launch.session_id, environ, on_usage)
    outcome = run_headless(launch, timeout, watcher.look)
    watcher.look()
    return _run(outcome)


class Monitor:
    """A session that is looked at in a thread of its own, until `stop()` or the end of a `with`.

    The thread does not keep the program alive. Should `on_usage` raise, it ends.
    """

    def __init__(self, watch: Watch, interval: float, on_usage: OnUsage) -> None:
        self._watch = watch
        self._interval = interval
        self._on_usage = on_usage
        self._told: SessionUsage | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="claude-otel monitor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Look a last time, and end the thread."""
        self._ended.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        is_last = False
        while True:
            self._tell(self._watch.look(_now_ms()))
            if is_last:
                return
            is_last = self._ended.wait(self._interval)

    def _tell(self, view: View) -> None:
        if self._told is None or _is_more(self._told, view.usage):
            self._told = view.usage
            self._on_usage(view.usage)


def monitor_session(
    session_id: str,
    *,
    interval: float = 3.0,
    on_usage: OnUsage,
    environment: Mapping[str, str] | None = None,
) -> Monitor:
    """Call `on_usage` with what a session has used, now and each time it has used more.

    It is called in a thread, every `interval` seconds at most. The session need not have begun.
    """
    environ = os.environ if environment is None else environment
    watch = Watch(session_id, roots(environ, _home(environ)), environ, silent)
    return Monitor(watch, interval, on_usage)


def read_usage(  # noqa: PLR0913 - each has its default
    report: ReportName = "daily",
    *,
    since: str | None = None,
    until: str | None = None,
    timezone: str | None = None,
    projects: Sequence[str] = (),
    models: Sequence[str] = (),
    sessions: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `claude-otel usage REPORT --json` prints: `rows`, `totals`, `coverage` and more.

    `since` and `until` are written as on the command line. Without anything to report on, `rows` is
    empty. Raises WrongArgument for what makes no sense.
    """
    if report not in get_args(ReportName):
        raise WrongArgument("report", report, f"one of {', '.join(get_args(ReportName))}")
    environ = os.environ if environment is None else environment
    now_ms, zone = _now_ms(), find_zone(timezone, environ)
    since_ms, until_ms = between(since, until, zone, now_ms)
    narrow = {"projects": projects, "models": models, "sessions": sessions}
    query = Query(since_ms=since_ms, until_ms=until_ms, **narrow)
    directory = index_directory(environ)
    folders, prices = roots(environ, _home(environ)), open_prices(directory)
    with open_usage(folders, index_dir=directory, prices=prices, report=silent) as usage:
        query = with_whole_names(usage, query)
        question = Question(
            report=report,
            query=query,
            zone=zone,
            now_ms=now_ms,
            order=usual_order(report),
            told=read_limits() if report == "blocks" else None,
        )
        document: dict[str, Any] = json.loads(as_json(answer(usage, question)))
    return document


class _Watcher:
    """Tells of a session that has just been started, of which nothing is known elsewhere."""

    def __init__(
        self, session_id: str, environ: Mapping[str, str], on_usage: OnUsage | None
    ) -> None:
        self._on_usage = on_usage
        prices = open_prices(index_directory(environ))
        self._session = Session(session_id, roots(environ, _home(environ)), prices)
        self._told: SessionUsage | None = None

    def look(self) -> None:
        if self._on_usage is None or not self._session.read():
            return
        usage = self._session.usage(_now_ms())
        if self._told is None or _is_more(self._told, usage):
            self._told = usage
            self._on_usage(usage)


def _is_more(before: SessionUsage, now: SessionUsage) -> bool:
    return (before.amounts, before.tools, before.errors) != (now.amounts, now.tools, now.errors)


def _run(outcome: Outcome) -> Run:
    record = outcome.record
    used = record.get("modelUsage")
    models = used if isinstance(used, dict) else {}
    return Run(
        session_id=str(record.get("session_id", "")),
        result=str(record.get("result", "")),
        is_error=record.get("is_error") is True,
        exit_code=outcome.exit_code,
        turns=int(record.get("num_turns") or 0),
        cost_usd=float(record.get("total_cost_usd") or 0.0),
        models={name: _model_usage(each) for name, each in models.items()},
        record=record,
    )


def _model_usage(used: Mapping[str, Any]) -> ModelUsage:
    return ModelUsage(
        input_tokens=used.get("inputTokens", 0),
        output_tokens=used.get("outputTokens", 0),
        cache_read_tokens=used.get("cacheReadInputTokens", 0),
        cache_write_tokens=used.get("cacheCreationInputTokens", 0),
        cost_usd=used.get("costUSD", 0.0),
    )


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
