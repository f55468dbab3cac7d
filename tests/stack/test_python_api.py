"""Does a run from Python tell the stack whose it is, and does it know what it cost?"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from provisioner.api import Run, SessionUsage, monitor_session, read_usage
from provisioner.api import run_claude_with_telemetry as run_client
from provisioner.errors import ClientFailed
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.client import client_environment, prepare_repository
from tests.stack.client_install import find_or_install_client
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import TOLERANCE
from tests.stack.scenarios import Scenario
from tests.stack.stacks import TestStack


@pytest.fixture
def environment(stack: TestStack, api: MessagesApi, tmp_path: Path) -> dict[str, str]:
    """All that the client and the API find: a home of their own, and this stack."""
    home = tmp_path / "home"
    home.mkdir()
    return client_environment(
        home,
        api,
        {
            "CLAUDE_OTEL_ROOT": str(stack.root),
            "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "index"),
            # The stack is meant, whatever else was set.
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:9",
            "OTEL_RESOURCE_ATTRIBUTES": "team=tests",
        },
    )


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    return prepare_repository(tmp_path / "repository")


def _prepare(api: MessagesApi, scenario: Scenario) -> str:
    api.register(*scenario.scripts)
    return scenario.prompts[0].text


def _events(mark: str, event: str) -> str:
    return f'{{service_name="claude-code", event_name="{event}"}} | orchestration_id="{mark}"'


def test_a_run_is_found_by_its_attributes_and_knows_its_cost(
    stack: TestStack, api: MessagesApi, environment: dict[str, str], cwd: Path
) -> None:
    scenario = scenarios.subagent()
    mark = f"job 7/é,=% {uuid.uuid4()}"
    seen: list[SessionUsage] = []
    run = run_client(
        _prepare(api, scenario),
        cwd=cwd,
        attributes={"orchestration.id": mark},
        on_usage=seen.append,
        timeout=60,
        arguments=("--dangerously-skip-permissions",),
        program=find_or_install_client(),
        environment=environment,
    )
    usage = scenario.usage
    assert (run.is_error, run.exit_code) == (False, 0)
    assert run.total_tokens == sum(
        (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_5m_tokens,
            usage.cache_write_1h_tokens,
        )
    )
    cost = f"sum(sum_over_time({_events(mark, 'api_request')} | unwrap cost_usd [1h]))"
    eventually(lambda: stack.loki.total(cost), pytest.approx(run.cost_usd, rel=0, abs=TOLERANCE))
    teams = f'{_events(mark, "user_prompt")} | team="tests"'
    eventually(lambda: stack.loki.total(f"sum(count_over_time({teams} [1h]))"), 1)
    _assert_is_whole(seen[-1], run)
    rows = read_usage("session", environment=environment)["rows"]
    assert [(row["key"], row["total_tokens"]) for row in rows] == [
        (run.session_id, run.total_tokens)
    ]
    assert rows[0]["cost_usd"] == pytest.approx(run.cost_usd, rel=0, abs=TOLERANCE)
    _assert_is_whole(_as_monitored(run, environment), run)


def _as_monitored(run: Run, environment: dict[str, str]) -> SessionUsage:
    seen: list[SessionUsage] = []
    monitor_session(run.session_id, on_usage=seen.append, environment=environment).stop()
    return seen[-1]


def _assert_is_whole(usage: SessionUsage, run: Run) -> None:
    """What was seen of the transcripts is what the client says itself."""
    assert usage.session == run.session_id
    assert usage.total_tokens == run.total_tokens
    assert usage.cost_usd == pytest.approx(run.cost_usd, rel=0, abs=TOLERANCE)
    assert {name: each.calls for name, each in usage.tools.items()} == {"Agent": 1, "Bash": 1}
    assert [(each.kind, each.is_running) for each in usage.agents] == [("general-purpose", False)]
    assert usage.context is not None
    assert usage.context.window == 1_000_000


def test_a_run_that_takes_too_long_is_ended_and_says_so(
    api: MessagesApi, environment: dict[str, str], cwd: Path
) -> None:
    with pytest.raises(ClientFailed, match=r"did not finish within 0\.3 s and was ended"):
        run_client(
            _prepare(api, scenarios.one_answer()),
            cwd=cwd,
            timeout=0.3,
            program=find_or_install_client(),
            environment=environment,
        )
