"""Does a question get what it asks for, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.transcripts.model import SLOT_MS, Query
from provisioner.transcripts.usage import Usage, open_usage
from tests.unit.transcripts.lines import (
    AT_MS,
    UNPRICED,
    FlatPrices,
    answer,
    prompt,
    write_session,
    write_subagent,
)

GADGETS = "/srv/ada/gadgets"


@pytest.fixture
def usage(tmp_path: Path) -> Iterator[Usage]:
    write_session(
        tmp_path,
        prompt("first", session="s1"),
        answer("msg_1", output=1, session="s1"),
        answer("msg_2", request_id="req_2", when=60, output=2, session="s1"),
        session="s1",
    )
    write_subagent(
        tmp_path,
        answer(
            "msg_3", when=SLOT_MS / 1000, model="us.anthropic.claude-haiku-5-5-v1:0", agent_id="a"
        ),
        session="s1",
    )
    lone = answer("msg_4", when=3600, cwd=GADGETS, model=UNPRICED, output=4, session="t2")
    write_session(tmp_path, lone, session="t2", folder="-srv-ada-gadgets")
    with open_usage([tmp_path], index_dir=None, prices=FlatPrices(), report=print) as opened:
        yield opened


QUERIES = {
    "all": (Query(), "1234"),
    "from a moment on": (Query(since_ms=AT_MS + 60_000), "234"),
    "before a moment": (Query(until_ms=AT_MS + 60_000), "1"),
    "a project by its path": (Query(projects=[GADGETS]), "4"),
    "a project by its last part": (Query(projects=["widgets"]), "123"),
    "a project that is not": (Query(projects=["ada"]), ""),
    "two projects": (Query(projects=["widgets", "gadgets/"]), "1234"),
    "a model as reports print it": (Query(models=["claude-haiku-5-5"]), "3"),
    "a session by its beginning": (Query(sessions=["s"]), "123"),
    "two sessions": (Query(sessions=["s1", "t2"]), "1234"),
    "all of these": (Query(sessions=["s"], projects=["widgets"], since_ms=AT_MS + 1), "23"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_narrows(name: str, usage: Usage) -> None:
    query, expected = QUERIES[name]
    found = list(usage.responses(query))
    assert "".join(each.message_id.removeprefix("msg_") for each in found) == expected
    slices = usage.slices(query)
    assert sum(each.requests for each in slices) == len(expected)
    assert sum(each.output_tokens for each in slices) == sum(each.output_tokens for each in found)


def test_slices_add_up_what_one_model_did_in_one_slot(usage: Usage) -> None:
    first = usage.slices(Query())[0]
    assert (first.slot, first.session, first.requests) == (AT_MS // SLOT_MS, "s1", 2)
    assert (first.input_tokens, first.output_tokens) == (200, 3)
    assert (first.cost, first.billed, first.unpriced) == (203 * 10**6, 203 * 10**6, 0)


def test_a_model_without_a_price_has_no_cost_and_is_named(usage: Usage) -> None:
    assert usage.unpriced(Query()) == [UNPRICED]
    assert usage.unpriced(Query(projects=["widgets"])) == []
    (only,) = usage.responses(Query(models=[UNPRICED]))
    assert (only.cost, only.billed) == (None, None)
    (lone,) = usage.slices(Query(models=[UNPRICED]))
    assert (lone.cost, lone.billed, lone.unpriced) == (0, 0, 1)


def test_a_response_says_where_it_stands(usage: Usage) -> None:
    second = list(usage.responses(Query()))[1]
    line = Path(second.path).read_bytes()[second.offset :].splitlines()[0]
    assert b"msg_2" in line
    assert (second.prompt_id, second.entrypoint, second.effort) == ("first", "cli", "medium")
