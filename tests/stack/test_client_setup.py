"""A person runs `setup`, and their data is there; where it is not, `doctor` says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provisioner.doctor.arrival_checks import catalogue_newer
from provisioner.doctor.model import Arrivals, Observed
from provisioner.events import SELECTOR
from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.client import prepare_repository
from tests.stack.client_install import find_or_install_client
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import TOLERANCE, pass_marker
from tests.stack.scenarios import run_scenario
from tests.stack.stacks import ROOT, Ran, TestStack

COST = pytest.approx(0.013924, rel=0, abs=TOLERANCE)
NOTHING: Mapping[str, str] = {}
OFF = {"CLAUDE_CODE_ENABLE_TELEMETRY": "0"}
SILENT = {"OTEL_LOGS_EXPORTER": "none"}

# What the commands do is the same under both runtimes: they see ports.
pytestmark = pytest.mark.parametrize("stack", ["native"], indirect=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a home and a project, whose shell says nothing of telemetry."""

    stack: TestStack
    api: MessagesApi
    home: Path
    project: Path
    books: Books

    def use_client(self, shell: Mapping[str, str] = NOTHING) -> str:
        """One prompt, one answer; the id of the session."""
        result = run_scenario(
            scenarios.one_answer(),
            home=self.home,
            cwd=self.project,
            api=self.api,
            telemetry_env=shell,
        )
        assert result.total_cost_usd == COST
        return result.session_id

    def run(self, *arguments: str, shell: Mapping[str, str] = NOTHING) -> Ran:
        client = find_or_install_client()
        done = subprocess.run(
            [sys.executable, "-m", "provisioner", *arguments],
            cwd=self.project,
            env={
                "PATH": f"{client.parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.home),
                "CLAUDE_OTEL_ROOT": str(self.stack.root),
                "PYTHONPATH": str(ROOT),
                **shell,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def errors(self, shell: Mapping[str, str] = NOTHING) -> list[tuple[str, str]]:
        """Id and place of everything that keeps data away, as the doctor says it."""
        ran = self.run("doctor", "--json", shell=shell)
        findings = json.loads(ran.out)["findings"]
        errors = [each for each in findings if each["severity"] == "error"]
        assert ran.code == bool(errors)
        return [(each["id"], each["where"]) for each in errors]

    @property
    def settings(self) -> Path:
        return self.home / ".claude" / "settings.json"


@pytest.fixture
def person(stack: TestStack, api: MessagesApi, tmp_path: Path) -> Person:
    project = f"acme/widgets-{uuid.uuid4().hex[:8]}"
    origin = f"https://github.com/{project}.git"
    return Person(
        stack=stack,
        api=api,
        home=tmp_path / "home",
        project=prepare_repository(tmp_path / "repository", origin=origin),
        books=Books(stack=stack, project=project),
    )


def test_after_setup_the_client_needs_no_variable_and_nothing_is_left_to_mend(
    person: Person,
) -> None:
    assert ("telemetry-off", "CLAUDE_CODE_ENABLE_TELEMETRY") in person.errors()
    assert person.run("setup").code == 0
    session = person.use_client()
    eventually(lambda: person.books.total("ledger_cost_usd"), COST)
    eventually(lambda: person.books.total("ledger_sessions"), 1.0)
    assert person.errors() == []
    assert _unknown(person.stack, session) == []


def _unknown(stack: TestStack, session: str) -> list[str]:
    """What the client has said that is in no catalogue; other tests say things of their own."""
    now = time.time_ns()
    query = f'{SELECTOR} | session_id="{session}"'
    entries = stack.loki.entries(query, now - 600 * 10**9, now + 10**9)
    assert entries
    said = {each.attributes["event_name"]: frozenset(each.attributes) for each in entries}
    arrivals = Arrivals(events=said)
    observed = Observed(layers=(), variables={}, ports=stack.settings.ports, arrivals=arrivals)
    return [finding.what for finding in catalogue_newer(observed)]


def write(path: Path, env: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({"env": found.get("env", {}) | env}), encoding="utf-8")


def take_out(path: Path, name: str) -> None:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    del found["env"][name]
    path.write_text(json.dumps(found), encoding="utf-8")


def _of_person(person: Person) -> Path:
    return person.settings


def _of_project(person: Person) -> Path:
    return person.project / ".claude" / "settings.json"


@pytest.mark.parametrize(
    ("finding", "place", "env"),
    [
        ("telemetry-off", _of_person, OFF),
        ("exporter-silenced", _of_project, SILENT),
    ],
)
def test_what_keeps_the_cost_away_is_named_and_without_it_the_cost_arrives(
    person: Person, finding: str, place: Callable[[Person], Path], env: Mapping[str, str]
) -> None:
    shell = person.stack.telemetry_env() if finding == "telemetry-off" else {}
    if not shell:
        assert person.run("setup").code == 0
    write(place(person), env)
    person.use_client(shell)
    pass_marker(person.stack)
    assert person.books.total("ledger_cost_usd") == 0
    (name,) = env
    assert person.errors(shell) == [(finding, f"{place(person)}: env.{name}")]
    take_out(place(person), name)
    assert person.errors(shell) == []
    person.use_client(shell)
    eventually(lambda: person.books.total("ledger_cost_usd"), COST)
