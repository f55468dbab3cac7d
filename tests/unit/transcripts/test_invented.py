"""Does the reader count what an invented person really spent?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.transcripts import COUNTERS, write_transcripts
from tests.unit.transcripts.counted import count


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_totals_equal_the_truth_to_the_token(seed: int, tmp_path: Path) -> None:
    truth = write_transcripts(tmp_path, seed=seed, megabytes=4)
    counted = count(tmp_path)
    tokens, days, models = Counter[str](), Counter[str](), Counter[str]()
    for each in counted.responses:
        told = (
            *(each.input_tokens, each.output_tokens, each.cache_read_tokens),
            *(each.cache_write_5m_tokens, each.cache_write_1h_tokens),
        )
        tokens.update(dict(zip(COUNTERS, told, strict=True)))
        days[f"{datetime.fromtimestamp(each.at_ms / 1000, tz=UTC):%Y-%m-%d}"] += sum(told)
        models[each.model] += sum(told)
    assert (tokens, days) == (truth.tokens, truth.by_day)
    assert models == truth.by_model
    assert len(counted.responses) == truth.responses
    assert counted.coverage.lines == truth.lines
    assert counted.coverage.duplicates == truth.answer_lines - truth.responses


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_transcripts(tmp_path / name, seed=7, megabytes=1)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.jsonl")
        }
        for name in ("one", "two")
    )
    assert one == two
