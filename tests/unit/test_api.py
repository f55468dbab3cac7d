"""Can a program run the client, watch a session and read reports?"""

from __future__ import annotations

import json
import os
import shlex
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provisioner.api import (
    ModelUsage,
    SessionUsage,
    monitor_session,
    read_usage,
    run_claude_with_telemetry,
)
from provisioner.client_env import client_variables
from provisioner.errors import ClientFailed, RootNotFound, WrongArgument
from provisioner.settings import load_settings
from tests.unit.transcripts.lines import (
    FOLDER,
    SESSION,
    answer,
    text_of,
    write_session,
)

RECORD = {
    "type": "result",
    "is_error": False,
    "num_turns": 2,
    "result": "Done.",
    "session_id": "5e55",
    "total_cost_usd": 0.5,
    "modelUsage": {
        "claude-opus-4-7": {
            "inputTokens": 1,
            "outputTokens": 2,
            "cacheReadInputTokens": 3,
            "cacheCreationInputTokens": 4,
            "costUSD": 0.5,
        }
    },
}

Write = Callable[[str], Path]


@pytest.fixture
def environment(tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A person with a stack, who has used the client never."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return {
        "CLAUDE_OTEL_ROOT": str(checkout),
        "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "index"),
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
    }


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return tmp_path / ".claude" / "projects"


@pytest.fixture
def client(tmp_path: Path) -> Write:
    """Writes a stand-in for the client: a shell script, to which `id` is the session's id."""

    def write(script: str) -> Path:
        program = tmp_path / "client"
        program.write_text(f"#!/bin/sh\nid=$6\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return program

    return write


def _says(record: dict[str, Any]) -> str:
    return f"printf %s {shlex.quote(json.dumps(record))}"


def test_a_run_gives_the_clients_own_account(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    run = run_claude_with_telemetry(
        "do it", cwd=tmp_path, program=client(f"{_says(RECORD)}; exit 2"), environment=environment
    )
    assert (run.session_id, run.result, run.turns) == ("5e55", "Done.", 2)
    assert (run.is_error, run.exit_code) == (False, 2)
    assert (run.cost_usd, run.total_tokens) == (0.5, 10)
    used = ModelUsage(
        input_tokens=1,
        output_tokens=2,
        cache_read_tokens=3,
        cache_write_tokens=4,
        cost_usd=0.5,
    )
    assert run.models == {"claude-opus-4-7": used}
    assert run.record == RECORD


def test_a_run_that_ended_with_an_error_says_so(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    failed = {"type": "result", "is_error": True, "result": "Not logged in"}
    program = client(f"{_says(failed)}; exit 1")
    run = run_claude_with_telemetry("x", cwd=tmp_path, program=program, environment=environment)
    assert (run.is_error, run.exit_code, run.result) == (True, 1, "Not logged in")
    assert (run.cost_usd, run.models) == (0.0, {})


def test_a_run_is_told_where_the_stack_is_and_whose_it_is(
    client: Write, environment: dict[str, str], checkout: Path, tmp_path: Path
) -> None:
    program = client(f'env > seen; echo "$@" > asked; {_says(RECORD)}')
    run_claude_with_telemetry(
        "do it",
        cwd=tmp_path,
        model="haiku",
        attributes={"job": "a b"},
        arguments=["--max-turns", "3"],
        program=program,
        environment=environment,
    )
    lines = (tmp_path / "seen").read_text(encoding="utf-8").splitlines()
    seen = dict(line.split("=", 1) for line in lines)
    settings = load_settings(checkout, {})
    assert seen.items() >= client_variables(settings, "").items()
    assert seen["OTEL_RESOURCE_ATTRIBUTES"] == "job=a%20b"
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert asked.startswith("-p do it --output-format json --session-id ")
    assert asked.endswith(" --model haiku --max-turns 3\n")


def test_a_run_tells_what_it_uses_while_it_does(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    first, second = (
        shlex.quote(text_of(answer(f"msg_{number}", request_id=f"req_{number}", session="ID")))
        for number in (1, 2)
    )
    folder = f"{tmp_path}/.claude/projects/{FOLDER}"
    program = client(
        f"mkdir -p {folder}; file={folder}/$id.jsonl\n"
        f'say() {{ printf "%s\\n" "$1" | sed "s/ID/$id/" >> $file; }}\n'
        f"say {first}; while [ ! -e go ]; do sleep 0.1; done; say {second}; {_says(RECORD)}"
    )
    seen: list[int] = []

    def on_usage(usage: SessionUsage) -> None:
        seen.append(usage.amounts.requests)
        (tmp_path / "go").touch()

    run_claude_with_telemetry(
        "x", cwd=tmp_path, on_usage=on_usage, timeout=30, program=program, environment=environment
    )
    assert seen == [1, 2]


def test_a_run_whose_watcher_fails_is_ended(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    line = shlex.quote(text_of(answer(session="ID")))
    folder = f"{tmp_path}/.claude/projects/{FOLDER}"
    program = client(
        f"trap 'touch ended; exit 1' TERM; mkdir -p {folder}\n"
        f'printf "%s\\n" {line} > {folder}/$id.jsonl; sleep 60 & wait'
    )

    def on_usage(_: SessionUsage) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        run_claude_with_telemetry(
            "x", cwd=tmp_path, on_usage=on_usage, program=program, environment=environment
        )
    assert (tmp_path / "ended").exists()


def test_a_run_that_takes_too_long_is_a_failure(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ClientFailed, match="did not finish within 1 s"):
        run_claude_with_telemetry(
            "x", cwd=tmp_path, timeout=1, program=client("exec sleep 60"), environment=environment
        )


def test_a_run_without_a_stack_says_what_is_missing(
    client: Write, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"CLAUDE_OTEL_ROOT": str(tmp_path)}
    with pytest.raises(RootNotFound, match="set CLAUDE_OTEL_ROOT"):
        run_claude_with_telemetry(
            "x", cwd=tmp_path, program=client("exit"), environment=environment
        )


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_session_is_watched_until_one_has_seen_enough(
    environment: dict[str, str], projects: Path
) -> None:
    seen: list[int] = []
    with monitor_session(
        SESSION,
        interval=0.05,
        on_usage=lambda usage: seen.append(usage.amounts.requests),
        environment=environment,
    ) as monitor:
        _wait_for(lambda: seen == [0])
        write_session(projects, answer("msg_1"))
        _wait_for(lambda: seen == [0, 1])
        assert monitor.is_running
    assert not monitor.is_running
    assert seen == [0, 1]


def test_what_was_added_last_is_told_before_the_end(
    environment: dict[str, str], projects: Path
) -> None:
    seen: list[int] = []
    monitor = monitor_session(
        SESSION,
        interval=3600,
        on_usage=lambda usage: seen.append(usage.amounts.requests),
        environment=environment,
    )
    _wait_for(lambda: seen == [0])
    write_session(projects, answer("msg_1"))
    monitor.stop()
    assert seen == [0, 1]


def test_whoever_is_told_may_stop_it(environment: dict[str, str]) -> None:
    ready = threading.Event()

    def on_usage(_: SessionUsage) -> None:
        ready.wait(20)
        monitor.stop()

    monitor = monitor_session(SESSION, interval=3600, on_usage=on_usage, environment=environment)
    ready.set()
    _wait_for(lambda: not monitor.is_running)


def test_reports_are_read_as_the_command_prints_them(
    environment: dict[str, str], projects: Path
) -> None:
    write_session(projects, answer("msg_1", tokens=1_000_000))
    document = read_usage("daily", since="2026-08-01", environment=environment)
    assert document["schema"] == "claude-otel/usage/1"
    assert [(row["key"], row["cost_usd"]) for row in document["rows"]] == [("2026-08-03", 5.0)]
    assert document["timezone"] == "UTC"


def test_reports_begin_with_what_the_command_begins_with(
    environment: dict[str, str], projects: Path
) -> None:
    cheap, dear = "claude-haiku-4-5", "claude-opus-4-7"
    write_session(projects, answer("msg_1", model=cheap), answer("msg_2", model=dear))
    rows = read_usage("model", environment=environment)["rows"]
    assert [row["key"] for row in rows] == [dear, cheap]


def test_a_report_that_is_none_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(WrongArgument, match="expected one of daily, weekly"):
        read_usage("dayly", environment=environment)  # type: ignore[arg-type]  # as a typing error would


def test_reports_can_be_narrowed(environment: dict[str, str], projects: Path) -> None:
    write_session(projects, answer("msg_1"))
    narrowed = [
        {"sessions": ["zz"]},
        {"models": ["haiku"]},
        {"projects": ["gadgets"]},
        {"until": "2026-08-02"},
    ]
    for narrow in narrowed:
        document = read_usage("model", environment=environment, **narrow)  # type: ignore[arg-type]  # one of each
        assert document["rows"] == []
        assert document["coverage"]["responses"] == 1


def test_a_report_of_no_known_time_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(WrongArgument, match="--since 'soon'"):
        read_usage(since="soon", environment=environment)
