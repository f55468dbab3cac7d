"""Does Grafana know every word that the boards' files use? Its published types say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard as grafana

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.encode import encode
from provisioner.dashboards.model import Dashboard

OF_DATA_SOURCES = {
    "/annotations/list/useValueForTime": "Prometheus' own, with which it marks restarts",
    "/annotations/list/titleFormat": "Prometheus' own, which names the restarted engine",
}
"""Words that no published type has, because they belong to a data source; tried in a browser."""


def _unknown(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where ours has something that did not come back."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from _unknown(value, theirs.get(key, KeyError), f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for value, back in zip(ours, theirs, strict=True):
            yield from _unknown(value, back, path)
    elif ours != theirs:
        yield path


def _back(content: dict[str, Any]) -> object:
    """What is left of a board that was read into Grafana's types and written again."""
    register_default_plugins()
    return json.loads(JSONEncoder().encode(grafana.Dashboard.from_json(content)))


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
def test_a_board_keeps_every_word_when_grafanas_types_read_it(board: Dashboard) -> None:
    content = json.loads(encode(board))
    assert set(_unknown(content, _back(content))) == OF_DATA_SOURCES.keys()


def test_a_word_that_grafana_does_not_know_is_noticed() -> None:
    content = json.loads(re.sub(r'"colorMode"', '"colourMode"', encode(DASHBOARDS[0])))
    assert "/panels/options/colourMode" in set(_unknown(content, _back(content)))
