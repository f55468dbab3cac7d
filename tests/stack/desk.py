"""Where does a person work in a test? In one home and one repository, in a project of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.stack.books import Books
from tests.stack.client import ClientResult, prepare_repository, run_client
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import Runner
from tests.stack.stacks import TestStack

DISAGREE = 5
"""How `reconcile` exits when transcripts and books disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A person with one home and one repository, in a project of the test's own."""

    books: Books
    api: MessagesApi
    home: Path
    repository: Path
    since: str

    @property
    def stack(self) -> TestStack:
        return self.books.stack

    def ask(self, prompt: str, *arguments: str, **environment: str) -> ClientResult:
        """One prompt in a process of its own."""
        return run_client(
            prompt,
            home=self.home,
            cwd=self.repository,
            api=self.api,
            telemetry_env=self.stack.telemetry_env(**environment),
            arguments=arguments,
        )

    def reconcile(self, *options: str) -> tuple[int, dict[str, Any]]:
        """The exit code, and what is said of the test's own project, summed over days."""
        own = ("--since", self.since, "--grace", "0.5", "--json", *options)
        ran = self.stack.run("reconcile", *own, env=self.environment)
        assert ran.code in (0, DISAGREE), ran
        found = json.loads(ran.out)
        rows = [row for row in found["rows"] if row["project"] == self.books.project]
        return ran.code, {**found, "rows": rows}

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find the person's transcripts, and nobody else's."""
        folders = {"CLAUDE_CONFIG_DIR": ".claude", "CLAUDE_OTEL_USAGE_DIR": "usage"}
        return {name: str(self.home / folder) for name, folder in folders.items()}

    def totals(self) -> dict[str, float]:
        """What both stores say that the project has cost, and of how many requests."""
        return {
            "cost": self.books.total("ledger_cost_usd"),
            "cost in loki": self.books.loki_total("api_request", "cost_usd"),
            "cost of sessions": self.books.total("ledger_session_cost_usd"),
            "requests": self.books.total("ledger_api_requests", outcome="ok"),
            "requests in loki": self.books.loki_count("api_request"),
        }


def open_desk(runner: Runner, folder: Path) -> Desk:
    """Telemetry of tests before this one is none of its business."""
    home = folder / "home"
    home.mkdir()
    origin = f"https://github.com/{runner.books.project}.git"
    return Desk(
        books=runner.books,
        api=runner.api,
        home=home,
        repository=prepare_repository(folder / "repository", origin=origin),
        since=datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
    )


def missing(said: Mapping[str, Any]) -> dict[str, int]:
    """How many requests are missing in what `reconcile` said, by its reason."""
    found: dict[str, int] = {}
    for row in said["rows"]:
        for reason, count in row["reasons"].items():
            found[reason] = found.get(reason, 0) + count
    assert sum(found.values()) == sum(row["missing"]["requests"] for row in said["rows"])
    return found
