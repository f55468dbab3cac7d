"""Is the context counted as full as the model finds it, of the window that it really has?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.live import context
from provisioner.live.context import Context, context_of, last_context


def _answer(tokens: int, model: str = "claude-opus-5-5", **others: object) -> dict[str, Any]:
    usage = {
        "input_tokens": 100,
        "cache_read_input_tokens": tokens - 300,
        "cache_creation_input_tokens": 200,
        "output_tokens": 5000,
    }
    return {"type": "assistant", "message": {"model": model, "usage": usage}} | others


def _write(path: Path, *lines: dict[str, Any] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("claude-opus-5-5", 1_000_000),
        ("claude-opus-4-7", 1_000_000),
        ("claude-opus-4-6", 200_000),
        ("claude-opus-4-6[1m]", 1_000_000),
        ("claude-sonnet-5", 1_000_000),
        ("claude-sonnet-4-20250514", 200_000),
        ("claude-sonnet-4-5@20250929", 200_000),
        ("us.anthropic.claude-opus-4-8-v1:0", 1_000_000),
        ("claude-haiku-4-5-20251001", 200_000),
        ("claude-haiku-5-5", 1_000_000),
        ("claude-3-5-haiku-20241022", 200_000),
        ("claude-fable-5-1", 1_000_000),
        ("gpt-9", None),
    ],
)
def test_every_model_has_its_window(model: str, window: int | None) -> None:
    assert context_of(model, 10_000).window == window


def test_a_window_that_the_client_takes_for_smaller_is_the_window() -> None:
    assert context_of("claude-opus-5-5", 154_000, 200_000).share == 0.77


def test_a_window_that_the_client_takes_for_larger_is_not() -> None:
    assert context_of("claude-opus-4-6", 154_000, 1_000_000).share == 0.77


def test_a_model_that_nobody_knows_has_the_window_that_the_client_tells() -> None:
    assert context_of("my-model", 10_000, 128_000).window == 128_000
    assert context_of("my-model", 10_000).share is None


def test_what_was_read_did_fit() -> None:
    assert context_of("claude-opus-4-6", 300_000).window == 1_000_000
    assert context_of("claude-opus-5-5", 1_200_000).window is None


def test_the_last_answer_tells_the_context(path: Path) -> None:
    _write(path, _answer(10_000), _answer(50_000), {"type": "user", "message": {}})
    assert last_context(path) == Context(50_000, "claude-opus-5-5", 1_000_000)


@pytest.mark.parametrize(
    "line",
    [
        "",
        '{"type":"assistant","message":{"usage',
        '["usage"]',
        _answer(0, model="<synthetic>"),
        _answer(90_000, isSidechain=True),
        {"type": "user", "message": {"model": "x", "usage": {"input_tokens": 7}}},
        {"type": "assistant", "message": {"model": "x", "usage": None}},
        {"type": "attachment", "text": "usage " * 30_000},
    ],
)
def test_what_is_no_answer_of_the_main_loop_is_passed_over(
    path: Path, line: dict[str, Any] | str
) -> None:
    _write(path, _answer(50_000), line)
    found = last_context(path)
    assert found is not None
    assert found.tokens == 50_000


def test_a_compaction_leaves_what_it_says(path: Path) -> None:
    compacted = {
        "type": "system",
        "subtype": "compact_boundary",
        "compactMetadata": {"preTokens": 160_000, "postTokens": 12_000},
    }
    _write(path, _answer(160_000), compacted)
    assert last_context(path, model="claude-opus-4-6") == Context(
        12_000, "claude-opus-4-6", 200_000
    )


def test_an_answer_longer_than_what_is_read_at_once_is_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "FIRST_PIECE", 10)
    _write(path, _answer(1000), _answer(50_000), "x" * 5000)
    found = last_context(path)
    assert found is not None
    assert found.tokens == 50_000


def test_no_more_of_a_transcript_is_read_than_a_prompt_can_wait_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "FIRST_PIECE", 100)
    monkeypatch.setattr(context, "LAST_PIECE", 2000)
    _write(path, _answer(50_000), "x" * 50_000)
    assert last_context(path) is None


def test_a_transcript_without_answers_tells_none(path: Path) -> None:
    assert last_context(_write(path)) is None
