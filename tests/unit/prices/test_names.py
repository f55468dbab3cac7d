from __future__ import annotations

import pytest

from provisioner.prices.names import Entry, entries


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-opus-4-8[1m]", [("anthropic", "claude-opus-4-8")]),
        ("Anthropic/Claude-Opus-4.8", [("anthropic", "claude-opus-4-8")]),
        ("vertex_ai/claude-opus-4-8@default", [("anthropic", "claude-opus-4-8")]),
        ("claude-3.7-sonnet", [("anthropic", "claude-3-7-sonnet")]),
        ("claude-3-5-haiku-latest", [("anthropic", "claude-3-5-haiku-latest")]),
        (
            "claude-haiku-4-5@20251001",
            [("anthropic", "claude-haiku-4-5-20251001"), ("anthropic", "claude-haiku-4-5")],
        ),
        ("eu.anthropic.claude-opus-5-v1:0", [("aws", "eu.anthropic.claude-opus-5-v1:0")]),
        (
            "us.anthropic.claude-opus-5-5-20260921-v1:0",
            [
                ("aws", "us.anthropic.claude-opus-5-5-20260921-v1:0"),
                ("aws", "us.anthropic.claude-opus-5-5-v1:0"),
            ],
        ),
        ("gpt-5", [(None, "gpt-5")]),
    ],
)
def test_a_name_is_looked_up_where_its_way_leads(
    model: str, expected: list[tuple[str | None, str]]
) -> None:
    assert list(entries(model)) == [Entry(*each) for each in expected]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("claude-opus-4-8-fast", id="a variant that may cost more"),
        pytest.param("claude-opus", id="no version"),
        pytest.param("my-claude-opus-4-8", id="somebody's own"),
        pytest.param("deepseek-r1:8b", id="a local server's"),
        pytest.param("deepseek/deepseek-chat:free", id="a free offer"),
    ],
)
def test_a_name_that_may_mean_something_else_is_not_looked_up(model: str) -> None:
    assert entries(model) == ()
