"""Does a person see what a session used at a glance, at any width?"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from provisioner.live.activity import ToolUse
from provisioner.live.limits import Limits
from provisioner.live.model import SessionUsage, View
from provisioner.live.show import show
from tests.unit.live.views import AGENT, BLOCK, EMPTY, HELP, NOW_MS, USAGE, VIEW

SHOWN = """\
session 5e551011-0000-4000-8000-000000000001, widgets, last answer 2 min ago

 model                                  requests   input   output   cache    cost
 ────────────────────────────────────────────────────────────────────────────────
 opus-5-5                                     12   1.23K    5.68K   2.39M   $1.23
 haiku-5-5                                     3     300      400   50.6K   $0.02
   Explore (running): find where tab…          3     300      400   50.6K   $0.02
 ────────────────────────────────────────────────────────────────────────────────
 total                                        15   1.53K    6.08K   2.44M   $1.25

context      154,000 of 200,000 tokens (77.0 %)
last 10 min  $0.02 ($0.12 an hour), 5,130 tokens a minute
block        10:00 to 15:00, $1.25, 2 h 30 min left; $0.50 an hour, about $2.50 at its
             end
limits       5 hours 24 % (until 15:00), 7 days 41 % (until Fri 09:00)
tools        Bash 7 (2 failed, 1 running), Read 4
prompts      3, 1 API error, 2 compactions
"""


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _shown(view: View, width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False).print(show(view, width))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _of(usage: SessionUsage) -> str:
    return _shown(View(usage=usage, block=None, limits=None))


def test_all_that_is_known_is_shown() -> None:
    assert _shown(VIEW, 88) == SHOWN


def test_a_wide_terminal_shows_whole_numbers() -> None:
    shown = _shown(VIEW, 120)
    for whole in ("2,395,678", "42,600", "Explore (running): find where tables"):
        assert whole in shown


@pytest.mark.parametrize("width", [60, 80, 99])
def test_a_narrow_terminal_shows_every_cost_and_no_line_is_longer(width: int) -> None:
    shown = _shown(VIEW, width)
    assert max(map(len, shown.splitlines())) <= width
    for whole in ("$1.23", "$0.02", "$1.25", "2.44M"):
        assert whole in shown


def test_a_session_without_answers_says_so() -> None:
    shown = _of(EMPTY)
    assert "no answer yet" in shown
    assert "last 10 min  nothing" in shown
    assert "tools        none" in shown


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "last answer just now"),
        (-5, "last answer just now"),
        (3600, "last answer 1 h 00 min ago"),
        (90_000, "last answer 2026-11-21 11:30"),
    ],
)
def test_how_long_it_has_been_quiet_is_told(seconds: int, expected: str) -> None:
    assert expected in _of(replace(USAGE, last_ms=NOW_MS - seconds * 1000))


def test_a_block_without_a_rate_promises_nothing() -> None:
    block = replace(BLOCK, cost_usd_per_hour=None, projected_cost_usd=None)
    shown = _shown(View(usage=USAGE, block=block, limits=None))
    assert "10:00 to 15:00, $1.25, 2 h 30 min left\n" in shown


def test_limits_that_have_ended_are_no_line() -> None:
    limits = Limits(told_at=1.0, five_hour=None, seven_day=None)
    assert "limits" not in _shown(View(usage=USAGE, block=None, limits=limits))


def test_a_context_whose_window_nobody_knows_has_no_share() -> None:
    assert USAGE.context is not None
    shown = _of(replace(USAGE, context=USAGE.context._replace(window=None)))
    assert "context      154,000 tokens\n" in shown


def test_models_without_a_price_are_named() -> None:
    amounts = HELP._replace(cost=0, unpriced=HELP.requests)
    usage = replace(USAGE, models={"my-model": amounts}, unpriced_models=["my-model"])
    shown = _of(usage)
    assert "no price     my-model: left out of the cost\n" in shown
    assert "unknown" in shown


def test_many_tools_are_cut_short_with_their_number() -> None:
    usage = replace(USAGE, tools={f"T{number}": ToolUse(9, 0, 0) for number in range(9)})
    assert "T5 9, 3 more\n" in _of(usage)


def test_long_tasks_are_cut_short() -> None:
    agent = replace(AGENT, description="x" * 200, is_running=False)
    view = replace(VIEW, usage=replace(USAGE, agents=[agent]))
    assert f"Explore: {'x' * 20}…" in _shown(view, 84)
