"""A person sources one file and uses Claude Code: their totals are there to be read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.stack import scenarios
from tests.stack.books import Books, eventually
from tests.stack.client import prepare_repository
from tests.stack.client_install import find_or_install_client
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import TOLERANCE
from tests.stack.stacks import TestStack

SCRIPT = """
source "$STACK/setup-env.sh"
export OTEL_METRIC_EXPORT_INTERVAL=1000
claude -p "$PROMPT" --dangerously-skip-permissions --output-format json
"""


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_sourcing_setup_env_is_all_it_takes(
    stack: TestStack, api: MessagesApi, tmp_path: Path, shell: str
) -> None:
    scenario = scenarios.one_answer()
    api.register(*scenario.scripts)
    repository = prepare_repository(tmp_path / f"shop-{shell}-{stack.runtime}", origin="../nowhere")
    done = subprocess.run(
        [shell, "-c", SCRIPT],
        cwd=repository,
        env=_environment(stack, api, tmp_path, scenario.prompts[0].text),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert '"is_error":false' in done.stdout
    books = Books(stack=stack, project=repository.name)
    cost = pytest.approx(0.013924, rel=0, abs=TOLERANCE)
    eventually(lambda: books.total("ledger_cost_usd", team="core"), cost)
    said = f" {repository.name} api_request model=claude-opus-5-5"
    eventually(lambda: said in stack.succeed("logs", "--events", "--lines", "200"), expected=True)


def _environment(stack: TestStack, api: MessagesApi, home: Path, prompt: str) -> dict[str, str]:
    client = find_or_install_client()
    return {
        "PATH": f"{client.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "STACK": str(stack.root),
        "PROMPT": prompt,
        "CLAUDE_OTEL_TEAM": "core",
        "ANTHROPIC_BASE_URL": api.url,
        "ANTHROPIC_API_KEY": "test",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }
