"""How is the real client run, and what does it say itself that it has used?"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack.client_process import ClientProcess, Launch, running
from tests.stack.messages_api import MessagesApi

ORIGIN = "https://github.com/acme/widgets.git"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What one model used, subagents included."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientResult:
    """The client's own account after a prompt.

    `total_cost_usd` and `model_usage` cover the whole process so far with its subagents: the truth
    that every panel must equal. `usage` and `num_turns` cover the main loop's last prompt alone.
    """

    session_id: str
    is_error: bool
    total_cost_usd: float
    num_turns: int
    usage: Mapping[str, object]
    model_usage: Mapping[str, ModelUsage]
    raw: Mapping[str, object]
    exit_code: int
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt of a conversation, and what is done before it while the client idles."""

    text: str
    interlude: Callable[[], object] | None = None


def run_client(  # noqa: PLR0913  a test names what is special about its client, and no more
    prompt: str,
    *,
    home: Path,
    cwd: Path,
    api: MessagesApi,
    telemetry_env: Mapping[str, str],
    model: str | None = None,
    arguments: Sequence[str] = (),
    timeout_seconds: float = 60.0,
) -> ClientResult:
    """One prompt, one process, one result."""
    launch = Launch(
        arguments=("-p", prompt, "--output-format", "json", *_options(model), *arguments),
        environment=client_environment(home, api, telemetry_env),
        cwd=cwd,
        timeout_seconds=timeout_seconds,
    )
    with running(launch) as client:
        return _result(_only_record(client), client)


def run_conversation(  # noqa: PLR0913  a test names what is special about its client, and no more
    prompts: Sequence[Prompt],
    *,
    home: Path,
    cwd: Path,
    api: MessagesApi,
    telemetry_env: Mapping[str, str],
    model: str | None = None,
    timeout_seconds: float = 120.0,
) -> tuple[ClientResult, ...]:
    """Several prompts in one process; its account after each of them, the last one being final."""
    streams = ("--input-format", "stream-json", "--output-format", "stream-json", "--verbose")
    launch = Launch(
        arguments=("-p", *streams, *_options(model)),
        environment=client_environment(home, api, telemetry_env),
        cwd=cwd,
        timeout_seconds=timeout_seconds,
    )
    with running(launch) as client:
        records = [_ask(client, prompt) for prompt in prompts]
        client.finish()
        return tuple(_result(record, client) for record in records)


def prepare_repository(folder: Path, *, origin: str = ORIGIN) -> Path:
    """A git repository in which the client can commit, and whose origin names the project."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "config", "user.name", "Ada Tester")
    _git(folder, "config", "user.email", "ada@example.com")
    _git(folder, "config", "commit.gpgsign", "false")
    _git(folder, "remote", "add", "origin", origin)
    return folder


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=folder, check=True, capture_output=True)


def _options(model: str | None) -> tuple[str, ...]:
    chosen = ("--model", model) if model else ()
    return ("--dangerously-skip-permissions", *chosen)


def client_environment(
    home: Path, api: MessagesApi, telemetry: Mapping[str, str]
) -> dict[str, str]:
    """All that the client sees: nothing of the developer's own configuration leaks in."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ANTHROPIC_BASE_URL": api.url,
        "ANTHROPIC_API_KEY": "scripted",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        # Without it the client refuses to skip permission questions for root, as in CI containers.
        "IS_SANDBOX": "1",
        **telemetry,
    }


def _ask(client: ClientProcess, prompt: Prompt) -> Mapping[str, Any]:
    if prompt.interlude:
        prompt.interlude()
    return client.ask(prompt.text)


def _only_record(client: ClientProcess) -> Mapping[str, Any]:
    stdout = client.finish()
    try:
        record: dict[str, Any] = json.loads(stdout)
    except json.JSONDecodeError as error:
        raise client.error(f"the client gave no result but {stdout[:200]!r}") from error
    return record


def _result(record: Mapping[str, Any], client: ClientProcess) -> ClientResult:
    return ClientResult(
        session_id=record["session_id"],
        is_error=record["is_error"],
        total_cost_usd=float(record["total_cost_usd"]),
        num_turns=record["num_turns"],
        usage=record["usage"],
        model_usage={name: _model_usage(used) for name, used in record["modelUsage"].items()},
        raw=record,
        exit_code=client.exit_code,
        stderr=client.stderr,
    )


def _model_usage(used: Mapping[str, Any]) -> ModelUsage:
    return ModelUsage(
        input_tokens=used["inputTokens"],
        output_tokens=used["outputTokens"],
        cache_read_tokens=used["cacheReadInputTokens"],
        cache_write_tokens=used["cacheCreationInputTokens"],
        cost_usd=used["costUSD"],
    )
