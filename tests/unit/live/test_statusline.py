"""Is there always one line, at once, and does it say what is known?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from provisioner.live import statusline
from provisioner.live.limits import read_limits
from provisioner.live.now import Now, now_path, write_now
from provisioner.live.statusline import NOTHING, gather, line
from tests.conftest import ROOT
from tests.unit.transcripts.lines import answer, write_session

AT = time.time()
NOW = Now(at=AT - 5, took=0.1, today_usd=12.345, block_usd=3.2, block_end=AT + 7530)


@pytest.fixture(autouse=True)
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """How often a count is started beside the line; none is."""
    started: list[object] = []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(statusline, "_count_beside", lambda: started.append(None))
    return started


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """What the client says of a session."""
    transcript = write_session(tmp_path, answer(cache_read=153_900))
    return {
        "session_id": "5e55",
        "transcript_path": str(transcript),
        "model": {"id": "claude-opus-4-6", "display_name": "Opus 4.6"},
        "cost": {"total_cost_usd": 0.4312},
        "context_window": {"context_window_size": 1_000_000, "used_percentage": 15},
        "rate_limits": {
            "five_hour": {"used_percentage": 23.5, "resets_at": int(AT) + 3600},
            "seven_day": {"used_percentage": 41.2, "resets_at": int(AT) + 86_400},
        },
    }


def _line(told: object) -> str:
    parts: dict[str, str] = {}
    gather(told if isinstance(told, bytes) else json.dumps(told).encode(), AT, parts)
    return line(parts)


def test_all_that_is_known_is_in_one_line(told: dict[str, Any]) -> None:
    write_now(NOW, now_path())
    assert _line(told) == (
        "$0.43 session · $12.35 today · $3.20 block, 2 h 05 min left · context 77 % · "
        "limits 5 h 24 %, 7 d 41 %"
    )


def test_the_limits_are_kept(told: dict[str, Any]) -> None:
    _line(told)
    limits = read_limits()
    assert limits is not None
    assert limits.five_hour is not None
    assert (limits.told_at, limits.five_hour.used_percentage) == (AT, 23.5)


def test_limits_that_were_told_to_another_session_are_shown(told: dict[str, Any]) -> None:
    _line(told)
    assert _line({}) == "limits 5 h 24 %, 7 d 41 %"


def test_what_is_used_is_counted_beside_the_line_now_and_then(counts: list[object]) -> None:
    assert (_line({}), _line({})) == (NOTHING, NOTHING)
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW._replace(block_end=AT - 1), "$12.35 today"),
        (NOW._replace(at=AT - 2 * 86_400, block_end=AT + 59), "$3.20 block, 0 min left"),
        (NOW._replace(today_usd=None, block_usd=None), NOTHING),
    ],
)
def test_what_does_not_hold_any_more_is_not_shown(now: Now, expected: str) -> None:
    write_now(now, now_path())
    assert _line({}) == expected


def test_a_context_whose_window_nobody_knows_is_told_in_tokens(told: dict[str, Any]) -> None:
    told |= {"model": {"id": "my-model"}, "context_window": {}}
    assert "context 154,000 tokens" in _line(told)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"\xff\x00",
        b"{",
        [],
        "text",
        {"cost": 5, "rate_limits": 5, "transcript_path": 5, "model": 5},
        {"cost": {"total_cost_usd": "much"}, "transcript_path": ""},
        {"transcript_path": "/nowhere/at/all.jsonl", "model": {"id": 5}},
        {"transcript_path": "/", "context_window": {"context_window_size": "big"}},
        {"rate_limits": {"five_hour": {"used_percentage": 5, "resets_at": 1}}},
        {"cost": {"total_cost_usd": -1}, "rate_limits": {"seven_day": {"used_percentage": -1}}},
        b'{"cost": {"total_cost_usd": NaN}}',
        b'{"rate_limits": {"five_hour": {"used_percentage": NaN, "resets_at": 9e9}}}',
        b'{"rate_limits": {"five_hour": {"used_percentage": 5, "resets_at": 1e400}}}',
        b'{"cost": {"total_cost_usd": 1' + b"0" * 400 + b"}}",
    ],
)
def test_whatever_the_client_says_there_is_a_line(told: object) -> None:
    assert _line(told) == NOTHING


def _run(told: bytes | None, tmp_path: Path, **environment: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "provisioner", "statusline"],
        cwd=ROOT,
        env={**os.environ, "CLAUDE_OTEL_USAGE_DIR": str(tmp_path / "index"), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    if told is not None:
        process.stdin.write(told)
        process.stdin.close()
    return process


def _ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """How it ended, and all that it printed."""
    with process:
        assert process.stdout is not None
        printed = process.stdout.read()
        return process.wait(20), printed


def test_it_is_a_program_that_prints_it(told: dict[str, Any], tmp_path: Path) -> None:
    claimed = now_path().with_suffix(".asked")
    claimed.parent.mkdir(parents=True)
    claimed.touch()
    code, printed = _ended(_run(json.dumps(told).encode(), tmp_path, LC_ALL="C"))
    assert code == 0
    assert printed.decode() == "$0.43 session · context 77 % · limits 5 h 24 %, 7 d 41 %\n"


def test_a_count_is_started_that_nobody_waits_for(told: dict[str, Any], tmp_path: Path) -> None:
    assert _ended(_run(json.dumps(told).encode(), tmp_path))[0] == 0
    deadline = time.monotonic() + 20
    while not now_path().exists():
        assert time.monotonic() < deadline, "nothing was counted"
        time.sleep(0.05)


def test_a_client_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    assert _ended(_run(None, tmp_path)) == (0, f"{NOTHING}\n".encode())


def test_a_state_that_cannot_be_written_leaves_what_else_is_known(
    told: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file in the way", encoding="utf-8")
    code, printed = _ended(_run(json.dumps(told).encode(), tmp_path))
    assert code == 0
    assert printed.decode() == "$0.43 session · context 77 % · limits 5 h 24 %, 7 d 41 %\n"


def test_a_reader_that_has_gone_is_no_failure(tmp_path: Path) -> None:
    process = _run(None, tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.wait(20) == 0
